const absent = 0xffff_ffff;
const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * Returns texts as bytes: each as UTF-8 after its length in 4 bytes, big-endian. An absent one is the length 2³² − 1 alone. No two
 * lists have the same bytes. This encoding is part of the record format, and must not change.
 */
export function encodeFields(fields: readonly (string | undefined)[]): Uint8Array {
  const texts = fields.map((field) => (field === undefined ? undefined : encoder.encode(field)));
  const size = texts.reduce((sum, text) => sum + 4 + (text?.length ?? 0), 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text?.length ?? absent);
    bytes.set(text ?? [], at + 4);
    at += 4 + (text?.length ?? 0);
  }
  return bytes;
}
