import pMemoize from 'p-memoize';
import { type Subject, stringOf, ttlMs } from '../../src/subject.js';

/** p-memoize has no TTL, so its Map has one. */
export const memoize: Subject = {
  name: 'p-memoize',
  setup: 'a Map with expiry',
  open(load) {
    return { read: pMemoize(load, { cache: new ExpiringMap() }), valueOf: stringOf };
  },
};

class ExpiringMap {
  readonly #map = new Map<string, { readonly value: string | undefined; readonly expiresAtMs: number }>();

  has(key: string): boolean {
    const cached = this.#map.get(key);
    return cached !== undefined && Date.now() < cached.expiresAtMs;
  }

  get(key: string): string | undefined {
    return this.#map.get(key)?.value;
  }

  set(key: string, value: string | undefined): void {
    this.#map.set(key, { value, expiresAtMs: Date.now() + ttlMs });
  }

  delete(key: string): void {
    this.#map.delete(key);
  }
}
