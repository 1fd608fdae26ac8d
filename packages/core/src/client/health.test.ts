import { describe, expect, it } from 'vitest';
import type { Layer, MemoryExplanation, SecretProvider } from '../contract/provider.js';
import { seal } from '../contract/secret.js';
import { createSecrets } from './create-secrets.js';

const asOf = new Date(10_000);
const clientOf = (members: Partial<SecretProvider>) =>
  createSecrets<SecretProvider>(
    { name: 'store', get: async () => undefined, ...members },
    { now: () => 10_000 },
  );
const explained = (found: MemoryExplanation) => clientOf({ memory: { explain: () => found } });
const layer = (name: string, counts: Readonly<Record<string, unknown>>): Layer => {
  return { name, options: {}, snapshot: () => counts };
};

describe('health', () => {
  it('is ready without required secrets', () => {
    expect(clientOf({}).health()).toEqual({ ready: true, degraded: false, missing: [], layers: [] });
  });

  it('names the required secrets that nothing holds', () => {
    const { ready, missing } = clientOf({}).health({ required: ['a', { name: 'b', scope: { user: 'u' } }] });
    expect(ready).toBe(false);
    expect(missing).toEqual(['"a"', '"b" (user u)']);
  });

  it.each<[string, boolean, MemoryExplanation]>([
    ['may be served for a while', true, { state: 'stale', asOf, servableUntil: new Date(10_001) }],
    ['may be served by the clock of the client', true, { state: 'stale', servableUntil: new Date(10_001) }],
    ['may not be served any more', false, { state: 'stale', asOf, servableUntil: new Date(10_000) }],
    ['was denied', false, { state: 'denied', asOf, servableUntil: new Date(20_000) }],
    ['is absent', false, { state: 'absent' }],
  ])('of a value that %s has ready: %s', (_, ready, found) => {
    expect(explained(found).health({ required: ['a'] }).ready).toBe(ready);
  });

  it('is ready with a value that memory shows to a look', () => {
    const touched: boolean[] = [];
    const cached = () => (touch: boolean) => {
      touched.push(touch);
      return { secret: seal('value') };
    };
    expect(clientOf({ memory: { cached } }).health({ required: ['a'] }).ready).toBe(true);
    expect(touched).toEqual([false]);
  });

  it('shows the counts of each layer, also of branches, with its backend', () => {
    const branches = [{ name: 'retry(env)', layers: [layer('retry', { degraded: true, calls: 3 })] }];
    const layers = [layer('cache', { hits: 2 }), { ...layer('fallback', {}), branches }];
    const found = clientOf({ name: 'cache(fallback(retry(env)))', layers }).health();
    expect(found.degraded).toBe(true);
    expect(found.layers).toEqual([
      { layer: 'cache', backend: 'fallback(env)', degraded: false, hits: 2 },
      { layer: 'fallback', backend: 'fallback(env)', degraded: false },
      { layer: 'retry', backend: 'env', degraded: true, calls: 3 },
    ]);
  });

  it('shows scalars, dates, lists and objects of a snapshot, and nothing else', () => {
    const counts = {
      n: 1,
      s: 'a',
      b: true,
      d: asOf,
      l: [1, new Error('CANARY')],
      o: { n: 2, f: () => 'CANARY' },
    };
    const [shown] = clientOf({ layers: [layer('cache', { ...counts, degraded: 'yes' })] }).health().layers;
    expect(shown).toMatchObject({ n: 1, s: 'a', b: true, d: asOf, l: [1, undefined], o: { n: 2 } });
    expect(shown?.degraded).toBe(false);
    expect(JSON.stringify(shown)).not.toContain('CANARY');
  });
});
