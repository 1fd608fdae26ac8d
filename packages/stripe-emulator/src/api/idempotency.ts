import { createHash } from 'node:crypto';
import type { Form } from './decode-form.js';
import { idempotencyKeyTooLong } from './emulator-failures.js';
import { idempotencyKeyInUse, idempotencyKeyReused } from './stripe-failures.js';

/** The response that is replayed for the same idempotency key. */
export interface SavedResponse {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
}

/** Identity of a request for idempotency. */
export interface IdempotentRequest {
  /** Account and mode of the API key. Idempotency keys of different owners are independent. */
  readonly owner: readonly string[];
  readonly key: string;
  readonly fingerprint: string;
}

/** A claim on an idempotency key: the saved response, or the permission to execute the request. */
export interface IdempotencyClaim {
  readonly saved: SavedResponse | undefined;
  /** Saves the response for later requests with the same key. */
  save(response: SavedResponse): void;
  /** Releases the key. Must be called, also after an error. */
  release(): void;
}

/** Saves the responses to requests with an idempotency key. */
export interface IdempotencyKeys {
  /**
   * Claims an idempotency key.
   *
   * @throws `ApiFailure` 409 when a request with the key is in flight, 400 when the key was used with other parameters.
   */
  claim(request: IdempotentRequest): IdempotencyClaim;
  reset(): void;
}

const retentionMs = 24 * 60 * 60 * 1000;
const maxResponses = 10_000;
const maxKeyLength = 255;

/** Returns a digest of a request. It does not depend on the order of the parameters. */
export function requestFingerprint(operation: string, account: string, form: Form): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, account, sortKeys(form)]))
    .digest('base64');
}

/** Creates an empty store for the newest 10 000 responses. `now` returns epoch milliseconds. */
export function createIdempotencyKeys(now: () => number): IdempotencyKeys {
  const responses = new Map<string, { fingerprint: string; at: number; response: SavedResponse }>();
  const inFlight = new Set<string>();

  function evictOld(): void {
    for (const [id, { at }] of responses) {
      if (responses.size <= maxResponses && now() - at < retentionMs) return; // the map keeps the order of saving
      responses.delete(id);
    }
  }

  return {
    claim({ owner, key, fingerprint }) {
      if (key.length > maxKeyLength) throw idempotencyKeyTooLong(maxKeyLength);
      evictOld();
      const id = JSON.stringify([...owner, key]);
      if (inFlight.has(id)) throw idempotencyKeyInUse(key);
      const saved = responses.get(id);
      if (saved && saved.fingerprint !== fingerprint) throw idempotencyKeyReused(key);
      if (saved) return { saved: saved.response, save() {}, release() {} };
      inFlight.add(id);
      return {
        saved: undefined,
        save(response) {
          responses.set(id, { fingerprint, at: now(), response });
          evictOld();
        },
        release: () => void inFlight.delete(id),
      };
    },
    reset() {
      responses.clear();
      inFlight.clear();
    },
  };
}

function sortKeys(value: Form[string]): unknown {
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sortKeys);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sortKeys(inner)]);
}
