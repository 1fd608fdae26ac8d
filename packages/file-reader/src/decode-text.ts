/** What `decodeText` keeps. */
export interface DecodeTextOptions {
  /** Keeps the newline at the end. @defaultValue false */
  readonly keepNewline?: boolean | undefined;
}

/**
 * Returns UTF-8 as a text, without a byte order mark, and without the one newline (`\n` or `\r\n`) that editors and commands
 * add at the end. Nothing else is trimmed. Bytes that are not UTF-8 are returned as they are.
 */
export function decodeText(
  bytes: Uint8Array,
  { keepNewline = false }: DecodeTextOptions = {},
): string | Uint8Array {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return keepNewline ? text : text.replace(/\r?\n$/, '');
  } catch {
    return bytes;
  }
}
