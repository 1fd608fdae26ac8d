import { describe, expect, it } from 'vitest';
import { type D1Binding, d1Table } from './d1-table.js';

// The proof runs the table on miniflare's D1: npm run proof -- sealed.
describe('d1Table', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'binding'],
    ['a database of another kind', { prepare() {} }, 'binding'],
    ['a namespace of Cloudflare KV', { get() {}, getWithMetadata() {}, put() {} }, 'compare-and-set'],
  ])('refuses %s', (_, binding, named) => {
    const build = () => d1Table(binding as D1Binding);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(named);
  });

  it.each([
    ['D1_ERROR: no such table: CANARY: SQLITE_ERROR', 'invalid_argument'],
    ['D1_ERROR: CHECK constraint failed: CANARY: SQLITE_CONSTRAINT', 'invalid_argument'],
    ['D1_ERROR: Network connection lost.', 'unavailable'],
    ['D1_ERROR: database is locked: SQLITE_BUSY', 'unavailable'],
    ['CANARY', 'unknown'],
  ])('reports %s by its code', async (message, code) => {
    const failing = (): never => {
      throw new Error(message);
    };
    const statement = { bind: () => statement, all: async () => failing() };
    const table = d1Table({ prepare: () => statement, batch: async () => failing() });
    const key = { account: '', user: '', name: 'token' };
    for (const call of [() => table.read([key], {}), () => table.remove(key, 'v', {})]) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code });
      expect(String(error)).not.toContain('CANARY');
    }
  });
});
