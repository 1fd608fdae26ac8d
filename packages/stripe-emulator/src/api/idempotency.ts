import { createHash } from 'node:crypto';
import type { Form } from './decode-form.js';
import { idempotencyKeyTooLong } from './emulator-failures.js';
import { idempotencyKeyInUse, idempotencyKeyReused } from './stripe-failures.js';

/** The answer that is given again for the same key. */
export interface SavedResponse {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
}

/** What identifies a request for idempotency. */
export interface IdempotentRequest {
  /** Who owns the key: keys of different accounts or modes are unrelated. */
  readonly owner: readonly string[];
  readonly key: string;
  readonly fingerprint: string;
}

/** A claim on an idempotency key: either the saved answer, or the right to run the request. */
export interface IdempotencyClaim {
  readonly saved: SavedResponse | undefined;
  /** Keeps the answer for later requests with the same key. */
  save(answer: SavedResponse): void;
  /** Gives the key free; call it whatever happened. */
  release(): void;
}

/** Remembers the answers to requests with an idempotency key. */
export interface IdempotencyKeys {
  /** @throws ApiFailure 409 while the key is in use, 400 if it was used for something else */
  claim(request: IdempotentRequest): IdempotencyClaim;
  reset(): void;
}

const retentionMs = 24 * 60 * 60 * 1000;
const maxResponses = 10_000;
const maxKeyLength = 255;

/** A digest of a request: equal for equal endpoints and parameters in any order. */
export function requestFingerprint(operation: string, account: string, form: Form): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, account, ordered(form)]))
    .digest('base64');
}

/** Makes an empty memory of the newest 10 000 answers. `now` gives epoch milliseconds. */
export function createIdempotencyKeys(now: () => number): IdempotencyKeys {
  const answers = new Map<string, { fingerprint: string; at: number; answer: SavedResponse }>();
  const inFlight = new Set<string>();

  function evictOld(): void {
    for (const [id, { at }] of answers) {
      if (answers.size <= maxResponses && now() - at < retentionMs) return; // kept in the order they were saved
      answers.delete(id);
    }
  }

  return {
    claim({ owner, key, fingerprint }) {
      if (key.length > maxKeyLength) throw idempotencyKeyTooLong(maxKeyLength);
      evictOld();
      const id = JSON.stringify([...owner, key]);
      if (inFlight.has(id)) throw idempotencyKeyInUse(key);
      const saved = answers.get(id);
      if (saved && saved.fingerprint !== fingerprint) throw idempotencyKeyReused(key);
      if (saved) return { saved: saved.answer, save() {}, release() {} };
      inFlight.add(id);
      return {
        saved: undefined,
        save(answer) {
          answers.set(id, { fingerprint, at: now(), answer });
          evictOld();
        },
        release: () => void inFlight.delete(id),
      };
    },
    reset() {
      answers.clear();
      inFlight.clear();
    },
  };
}

function ordered(value: Form[string]): unknown {
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(ordered);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, ordered(inner)]);
}
