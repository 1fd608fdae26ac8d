import pMemoize from 'p-memoize';
import { asIs, type Subject, ttlMs } from '../../src/subject.js';

/** It has no time-to-live: the Map has. */
export const memoize: Subject = {
  name: 'p-memoize',
  how: 'a Map that knows when values expire',
  open(load) {
    return { read: pMemoize(load, { cache: new ExpiringMap() }), valueOf: asIs };
  },
};

class ExpiringMap {
  readonly #map = new Map<string, { readonly value: string | undefined; readonly until: number }>();

  has(key: string): boolean {
    const kept = this.#map.get(key);
    return kept !== undefined && Date.now() < kept.until;
  }

  get(key: string): string | undefined {
    return this.#map.get(key)?.value;
  }

  set(key: string, value: string | undefined): void {
    this.#map.set(key, { value, until: Date.now() + ttlMs });
  }

  delete(key: string): void {
    this.#map.delete(key);
  }
}
