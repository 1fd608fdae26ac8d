const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const firstSurrogate = 0xdc00; // of a pair's second half: these never make a pair

/** Returns the UTF-8 of a text in hexadecimal, or the bytes that `fromHex` could not decode. */
export function toHex(text: string): string {
  const bytes = text.isWellFormed()
    ? new TextEncoder().encode(text)
    : Array.from(text, (unit) => unit.charCodeAt(0) & 0xff);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Returns the text of UTF-8 in hexadecimal. Other bytes become lone surrogates, which no ref has: one row must not fail a page. */
export function fromHex(hex: string): string {
  const bytes = Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return bytes.map((byte) => String.fromCharCode(firstSurrogate + byte)).join('');
  }
}
