import { describe, expect, it } from 'vitest';
import type { SecretProvider } from '../contract/provider.js';
import { type Secret, seal } from '../contract/secret.js';
import { SecretError } from '../contract/secret-error.js';
import { renewOf } from './renew.js';

const cooldownMs = 1_000;

/** A store of `stored`, whose reads can be held, with a clock. */
function setUp(more: Partial<SecretProvider> = {}) {
  const store = { stored: seal('old') as Secret | undefined, nowMs: 5_000, asked: [] as string[] };
  const held: ((secret: Secret | undefined) => void)[] = [];
  let isHeld = false;
  const stack: SecretProvider = {
    name: 'store',
    get: ({ name }, { fresh }) => {
      store.asked.push(fresh ? name : `${name}, not fresh`);
      return isHeld ? new Promise((resolve) => held.push(resolve)) : Promise.resolve(store.stored);
    },
    ...more,
  };
  const renew = renewOf(stack, () => store.nowMs, cooldownMs);
  return { store, held, hold: () => (isHeld = true), renew };
}

describe('renew', () => {
  it('resolves with the other value of the store', async () => {
    const { store, renew } = setUp();
    store.stored = seal('new');
    expect((await renew({ name: 'a' }, seal('old')))?.reveal()).toBe('new');
    expect(store.asked).toEqual(['a']);
  });

  it('resolves with nothing after a failure of the store', async () => {
    const get = (): Promise<never> => Promise.reject(new SecretError('unavailable', 'Down.'));
    const { renew } = setUp({ get });
    expect(await renew({ name: 'a' }, seal('old'))).toBeUndefined();
  });

  it('resolves with the value in memory if another caller has refreshed it', async () => {
    const secret = seal('new');
    const { store, renew } = setUp({ memory: { cached: () => () => ({ secret }) } });
    expect(await renew({ name: 'a' }, seal('old'))).toBe(secret);
    expect(store.asked).toEqual([]);
    store.stored = seal('newer');
    expect((await renew({ name: 'a' }, seal('new')))?.reveal()).toBe('newer');
  });

  it('does not ask again about the same value during the cooldown', async () => {
    const { store, renew } = setUp();
    await renew({ name: 'a' }, seal('old'));
    await renew({ name: 'b' }, seal('old'));
    store.nowMs += cooldownMs - 1;
    for (const name of ['a', 'b']) expect(await renew({ name }, seal('old'))).toBeUndefined();
    expect(store.asked).toEqual(['a', 'b']);
    await renew({ name: 'a' }, seal('another'));
    expect(store.asked).toEqual(['a', 'b', 'a']);
    store.nowMs += 1;
    await renew({ name: 'b' }, seal('old'));
    expect(store.asked).toEqual(['a', 'b', 'a', 'b']);
  });

  it('remembers the last thousand refused values', async () => {
    const { store, renew } = setUp();
    const names = Array.from({ length: 1_001 }, (_, at) => `name-${at}`);
    for (const name of names) await renew({ name }, seal('old'));
    expect(store.asked).toEqual(names);
    await renew({ name: 'name-1' }, seal('old'));
    await renew({ name: 'name-1000' }, seal('old'));
    expect(store.asked).toHaveLength(1_001);
    await renew({ name: 'name-0' }, seal('old'));
    expect(store.asked).toHaveLength(1_002);
  });
});

describe('renew by several callers at once', () => {
  it('asks once about one value, whatever the spelling of the name', async () => {
    const canonical: SecretProvider['canonical'] = (ref) => ({ ...ref, name: ref.name.toUpperCase() });
    const { store, renew } = setUp({ canonical });
    store.stored = seal('new');
    const found = await Promise.all(['a', 'A', 'a'].map((name) => renew({ name }, seal('old'))));
    expect(found.map((secret) => secret?.reveal())).toEqual(['new', 'new', 'new']);
    expect(store.asked).toEqual(['a']);
  });

  it('asks for each of two values, and keeps the later request when the first ends', async () => {
    const { store, held, hold, renew } = setUp();
    hold();
    const first = renew({ name: 'a' }, seal('one'));
    const second = renew({ name: 'a' }, seal('two'));
    held[0]?.(seal('new'));
    expect((await first)?.reveal()).toBe('new');
    const third = renew({ name: 'a' }, seal('two'));
    expect(store.asked).toHaveLength(2);
    held[1]?.(seal('newer'));
    expect((await second)?.reveal()).toBe('newer');
    expect((await third)?.reveal()).toBe('newer');
    const fourth = renew({ name: 'a' }, seal('two'));
    expect(store.asked).toHaveLength(3); // the answer is not kept
    held[2]?.(undefined);
    await fourth;
  });
});
