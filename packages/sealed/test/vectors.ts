import { readFileSync } from 'node:fs';
import type { RecordContext, SealedCodecOptions } from '../src/index.js';

/** One record with everything that it is made of. Bytes are base64url; the key is base64. */
export interface Vector {
  readonly title: string;
  readonly key: string;
  readonly keyId: string;
  readonly namespace: string;
  readonly use: string;
  readonly account?: string;
  readonly user?: string;
  readonly name: string;
  readonly version?: string;
  readonly principal?: string;
  readonly salt: string;
  readonly nonce: string;
  readonly wrapped?: string;
  readonly plaintext: string;
  readonly record: string;
}

export const vectors = JSON.parse(
  readFileSync(new URL('./vectors.json', import.meta.url), 'utf8'),
) as readonly Vector[];

/** Returns the context that a vector is bound to. */
export function contextOf({
  use,
  name,
  account,
  user,
  version,
  principal,
}: Omit<Vector, 'title'>): RecordContext {
  const scope = { ...(account !== undefined && { account }), ...(user !== undefined && { user }) };
  return {
    use,
    ref: { name, ...(Object.keys(scope).length > 0 && { scope }), ...(version !== undefined && { version }) },
    ...(principal !== undefined && { principal }),
  };
}

/** Returns the options of a codec that opens a vector. An envelope returns the vector's own data key. */
export function optionsOf({ key, keyId, namespace, wrapped }: Vector): SealedCodecOptions {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  const dataKey = bytes(key);
  if (wrapped === undefined) return { namespace, keys: [{ id: keyId, key: dataKey }] };
  const envelope = { wrap: async () => bytes(wrapped), unwrap: async () => dataKey };
  return { namespace, keys: [{ id: keyId, envelope }] };
}
