import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Envelope, EnvelopeContext } from '../src/index.js';

/** A key management service that counts its calls. */
export interface FakeKms extends Envelope {
  readonly calls: { wrap: number; unwrap: number };
  /** Calls reject with it, or wait for it, until it is `undefined`. */
  fault: Error | Promise<never> | undefined;
}

export function fakeKms(): FakeKms {
  const key = randomBytes(32);
  const bytesOf = ({ namespace, keyId }: EnvelopeContext) => Buffer.from(JSON.stringify([namespace, keyId]));
  const failing = async (fault: FakeKms['fault']) => {
    if (fault instanceof Error) throw fault;
    await fault;
  };
  const kms: FakeKms = {
    calls: { wrap: 0, unwrap: 0 },
    fault: undefined,
    async wrap(dataKey, context) {
      kms.calls.wrap += 1;
      await failing(kms.fault);
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bytesOf(context));
      const body = cipher.update(dataKey);
      dataKey.fill(0); // an envelope may clear its copy
      cipher.final();
      return Buffer.concat([nonce, body, cipher.getAuthTag()]);
    },
    async unwrap(wrapped, context) {
      kms.calls.unwrap += 1;
      await failing(kms.fault);
      const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(bytesOf(context)).setAuthTag(wrapped.subarray(-16));
      return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
    },
  };
  return kms;
}
