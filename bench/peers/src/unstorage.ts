import { createStorage } from 'unstorage';
import { asIs, type Subject, ttlMs } from '../../src/subject.js';

interface Item {
  readonly value: string;
  readonly until: number;
}

/** It has no time-to-live in memory: the expiry is kept with the value. */
export const unstorage: Subject = {
  name: 'unstorage',
  how: 'getItemRaw(), else load and setItemRaw()',
  open(load) {
    const storage = createStorage();
    const read = async (name: string): Promise<string | undefined> => {
      const kept = await storage.getItemRaw<Item>(name);
      if (kept && Date.now() < kept.until) return kept.value;
      const value = await load(name);
      if (value !== undefined) await storage.setItemRaw(name, { value, until: Date.now() + ttlMs });
      return value;
    };
    return { read, valueOf: asIs, close: () => storage.dispose() };
  },
};
