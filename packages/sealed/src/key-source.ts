import { SecretError } from '@secretkit/core/provider';
import { fromBase64Url, toBase64Url } from './base64.js';
import type { Envelope, EnvelopeContext } from './envelope.js';
import { isBytes, keySize } from './key-bytes.js';
import { maxWrappedBytes } from './record.js';
import { type CallLimits, SharedCalls } from './shared-calls.js';

/** The input of the key derivation, and its wrapped form if an envelope protects it. */
export interface DataKey {
  readonly key: Uint8Array;
  /** As base64url. */
  readonly wrapped: string | undefined;
}

/** One entry of the codec's `keys`. */
export interface KeySource {
  readonly id: string;
  /** The input of the names of records; absent for an envelope, whose data keys differ between processes. */
  readonly nameKey: Uint8Array | undefined;
  /** Returns the key for new records. */
  toSeal(signal: AbortSignal | undefined): DataKey | Promise<DataKey>;
  /** Returns the key of a record; `undefined` when a key of this kind did not seal it. */
  toOpen(
    wrapped: string | undefined,
    signal: AbortSignal | undefined,
  ): DataKey | undefined | Promise<DataKey | undefined>;
}

/** Returns the source of a key that the process holds. */
export function ownKey(id: string, key: Uint8Array): KeySource {
  const dataKey: DataKey = { key, wrapped: undefined };
  const toOpen = (wrapped: string | undefined) => (wrapped === undefined ? dataKey : undefined);
  return { id, nameKey: key, toSeal: () => dataKey, toOpen };
}

/** Returns the source of data keys that an envelope protects. A new one is made when the last one is older than the limit. */
export function envelopeKey(
  id: string,
  envelope: Envelope,
  namespace: string,
  limits: CallLimits,
  random: (size: number) => Uint8Array,
): KeySource {
  const context: EnvelopeContext = Object.freeze({ namespace, keyId: id });
  const wraps = new SharedCalls<DataKey>(limits);
  const unwraps = new SharedCalls<DataKey>(limits);
  return {
    id,
    nameKey: undefined,
    toSeal(signal) {
      return wraps.get('', signal, async (own) => {
        const key = random(keySize);
        const bytes = await envelope.wrap(new Uint8Array(key), context, { signal: own }); // a copy: it may clear it
        if (!isBytes(bytes) || bytes.length === 0 || bytes.length > maxWrappedBytes) {
          throw wrongResult(`wrap must return 1 to ${maxWrappedBytes} bytes`);
        }
        const dataKey = { key, wrapped: toBase64Url(bytes) };
        unwraps.remember(dataKey.wrapped, dataKey);
        return dataKey;
      });
    },
    toOpen(wrapped, signal) {
      if (wrapped === undefined) return undefined;
      return unwraps.get(wrapped, signal, async (own) => {
        const key = await envelope.unwrap(fromBase64Url(wrapped), context, { signal: own });
        if (!isBytes(key) || key.length !== keySize) throw wrongResult(`unwrap must return ${keySize} bytes`);
        return { key: new Uint8Array(key), wrapped };
      });
    },
  };
}

function wrongResult(expected: string): SecretError {
  return new SecretError('invalid_data', `the envelope's ${expected}. Correct the envelope.`);
}
