const absent = 0xffff_ffff;
const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * Returns texts as bytes: each as UTF-8 after its length in 4 bytes, big-endian. An absent one is the length 2³² − 1 alone. No two
 * lists have the same bytes. This encoding is part of the record format, and must not change.
 */
export function encodeFields(fields: readonly (string | undefined)[]): Uint8Array {
  let size = 0;
  for (const field of fields) size += 4 + 3 * (field?.length ?? 0); // a UTF-16 unit has at most 3 bytes
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const field of fields) {
    const length = field === undefined ? 0 : write(field, bytes, at + 4);
    view.setUint32(at, field === undefined ? absent : length);
    at += 4 + length;
  }
  return bytes.slice(0, at);
}

/** Returns how many bytes the text has. A call of the encoder costs more than a short text. */
function write(text: string, bytes: Uint8Array, start: number): number {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return encoder.encodeInto(text, bytes.subarray(start)).written;
    bytes[start + at] = unit;
  }
  return text.length;
}
