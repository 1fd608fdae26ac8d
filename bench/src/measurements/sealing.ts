import { createCipheriv, randomBytes, webcrypto } from 'node:crypto';
import { seal } from '@secretkit/core';
import { type OpenedRecord, type SealedCodec, sealedCodec, type UnopenedRecord } from '@secretkit/sealed';
import { type Ratio, ratio, type Workload } from '../measure/ratio.js';

/** The cipher that a codec uses. */
export type Platform = 'node' | 'web';

/** The cost of opening a record of one kilobyte. */
export interface Sealing {
  /** Web Crypto, divided by `subtle.decrypt` alone. */
  readonly toSubtle: Ratio;
  /** `node:crypto`, divided by Web Crypto. */
  readonly toWeb: Ratio;
}

const key = new Uint8Array(32).fill(1);
const context = { use: 'bench', ref: 'token' };
const value = 'v'.repeat(1_024);
let seen: unknown; // so that V8 does not remove the work

/** Returns a codec that uses the cipher of one platform: without `getBuiltinModule` there is only Web Crypto. */
export function codecOn(platform: Platform): SealedCodec {
  const { getBuiltinModule } = process;
  if (platform === 'web') Object.assign(process, { getBuiltinModule: undefined });
  try {
    return sealedCodec({ keys: [{ id: 'k1', key }], namespace: 'bench' });
  } finally {
    Object.assign(process, { getBuiltinModule });
  }
}

export async function measure(): Promise<Sealing> {
  const [node, web, subtle] = [await opening('node'), await opening('web'), await decrypting()];
  const toSubtle = await ratio(web, subtle, 'elapsed');
  const toWeb = await ratio(node, web, 'elapsed');
  if (seen === undefined) throw new Error('the workload did not run.');
  return { toSubtle, toWeb };
}

async function opening(platform: Platform): Promise<Workload> {
  const codec = codecOn(platform);
  const record = await codec.seal(context, { secret: seal(value), fetchedAt: new Date() });
  return async (iterations) => {
    for (let i = 0; i < iterations; i += 1) seen = checked(await codec.open(context, record));
  };
}

function checked(result: OpenedRecord | UnopenedRecord): OpenedRecord {
  if (!result.opened) throw new Error(`the record does not open: ${result.reason}.`);
  return result;
}

/** The least that Web Crypto costs: one `decrypt` of as many bytes, with a key that is there. */
async function decrypting(): Promise<Workload> {
  const { subtle } = webcrypto;
  const [nonce, associated] = [randomBytes(12), randomBytes(100)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associated);
  const plaintext = JSON.stringify({ value, fetchedAt: Date.now() });
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  const own = await subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: associated, tagLength: 128 };
  return async (iterations) => {
    for (let i = 0; i < iterations; i += 1) seen = await subtle.decrypt(algorithm, own, sealed);
  };
}
