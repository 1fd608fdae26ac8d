import { createStorage } from 'unstorage';
import { type Subject, stringOf, ttlMs } from '../../src/subject.js';

interface Item {
  readonly value: string;
  readonly expiresAtMs: number;
}

/** unstorage has no TTL in memory, so each item has its expiry. */
export const unstorage: Subject = {
  name: 'unstorage',
  setup: 'getItemRaw(), otherwise load and setItemRaw()',
  open(load) {
    const storage = createStorage();
    const read = async (name: string): Promise<string | undefined> => {
      const cached = await storage.getItemRaw<Item>(name);
      if (cached && Date.now() < cached.expiresAtMs) return cached.value;
      const value = await load(name);
      if (value !== undefined) await storage.setItemRaw(name, { value, expiresAtMs: Date.now() + ttlMs });
      return value;
    };
    return { read, valueOf: stringOf, close: () => storage.dispose() };
  },
};
