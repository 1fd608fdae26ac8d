import { toBase64Url } from '../base64.js';
import { encodeFields } from '../encode-fields.js';
import type { RowKey } from './secret-table.js';

const size = 16;

/**
 * Returns the id of a new version: random, or the same for each attempt of one logical write, so that a writer recognises its own
 * row. Numbers would start again after a delete, and an old expectation would hold again.
 */
export async function newVersion(
  { account, user, name }: RowKey,
  idempotencyKey: string | undefined,
): Promise<string> {
  if (idempotencyKey === undefined) {
    return toBase64Url(globalThis.crypto.getRandomValues(new Uint8Array(size)));
  }
  const fields = encodeFields(['version', account, user, name, idempotencyKey]);
  const digest = await globalThis.crypto.subtle.digest('SHA-256', fields);
  return toBase64Url(new Uint8Array(digest).slice(0, size));
}
