import { createSecrets } from '@secretkit/core';
import { SecretError, seal } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { counting } from './counting.js';
import { fakeClock } from './fake-clock.js';
import { fakeSecrets } from './fake-secrets.js';
import { faulty } from './faulty.js';
import { hanging } from './hanging.js';
import { seededRandom } from './seeded-random.js';
import { slow } from './slow.js';
import { watchedSignal } from './watched-signal.js';
import { watchedTimers } from './watched-timers.js';

const memory = () => memorySecrets({ initial: { a: 'of a', b: 'of b' } });

describe('fakeClock', () => {
  it('stands still until it is moved, on or back', () => {
    const { now, advance } = fakeClock(new Date(1_000));
    expect([now(), now()]).toEqual([1_000, 1_000]);
    advance(500);
    advance(-200);
    expect(now()).toBe(1_300);
  });
});

describe('seededRandom', () => {
  it('gives the same numbers for the same seed, from 0 on and below 1', () => {
    const numbers = (seed: number): number[] => Array.from({ length: 1_000 }, seededRandom(seed));
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
    expect(numbers(7).every((number) => number >= 0 && number < 1)).toBe(true);
  });

  it('spreads evenly', () => {
    const tenths = new Array<number>(10).fill(0);
    const random = seededRandom(1);
    for (let i = 0; i < 10_000; i += 1) tenths[Math.floor(random() * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

describe('counting', () => {
  it('counts calls, in all and by operation', async () => {
    const { provider, calls } = counting(memory());
    await provider.get({ name: 'a' }, {});
    await provider.getMany([{ name: 'a' }, { name: 'b' }], {});
    await provider.set({ name: 'c' }, seal('of c'), {});
    expect([calls(), calls('get'), calls('getMany'), calls('delete')]).toEqual([3, 1, 1, 0]);
  });
});

describe('faulty', () => {
  it('fails call by call, as listed, and lets the rest through', async () => {
    const { provider, calls } = counting(memory());
    const secrets = createSecrets(faulty(provider, ['unavailable', undefined, 'timeout']));
    await expect(secrets.get('a')).rejects.toMatchObject({ code: 'unavailable', ref: { name: 'a' } });
    expect((await secrets.require('a')).reveal()).toBe('of a');
    await expect(secrets.set('a', 'new')).rejects.toMatchObject({ code: 'timeout', operation: 'set' });
    await secrets.delete('a');
    expect(calls()).toBe(2);
  });

  it('fails what the script picks, in a batch in its place', async () => {
    const error = new SecretError('rate_limited', 'slow down.', { retryAfterMs: 5 });
    const provider = faulty(memory(), (operation, ref) =>
      operation === 'list' || ref?.name === 'b' ? error : undefined,
    );
    const answers = await provider.getMany([{ name: 'b' }, { name: 'a' }, { name: 'none' }], {});
    expect(answers[0]).toBe(error);
    expect(answers[1]).toHaveProperty('reveal');
    expect(answers[2]).toBeUndefined();
    await expect(provider.list({}, {})).rejects.toMatchObject({ retryAfterMs: 5 });
  });

  it('refuses a code that there is not when it is built', () => {
    expect(() => faulty(memory(), undefined as never)).toThrow('faulty needs a script: a list, such as');
    expect(() => faulty(memory(), ['unavailable', 'down' as never])).toThrow(/no code "down"/);
  });

  it('makes no call for a batch that fails as a whole', async () => {
    const { provider, calls } = counting(memory());
    await faulty(provider, () => 'unavailable').getMany([{ name: 'a' }, { name: 'b' }], {});
    expect(calls()).toBe(0);
  });
});

describe('hanging and slow', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('hanging ends with the abort alone', async () => {
    const caller = new AbortController();
    const call = hanging(memory()).get({ name: 'a' }, { signal: caller.signal });
    caller.abort('enough');
    await expect(call).rejects.toBe('enough');
  });

  it('slow answers after its wait', async () => {
    const call = slow(memory(), 200).get({ name: 'a' }, {});
    await vi.advanceTimersByTimeAsync(199);
    await expect(Promise.race([call, Promise.resolve('not yet')])).resolves.toBe('not yet');
    await vi.advanceTimersByTimeAsync(1);
    expect((await call)?.reveal()).toBe('of a');
  });

  it('slow ends its wait with the abort, and leaves nothing behind', async () => {
    const caller = new AbortController();
    const call = slow(memory(), 200).get({ name: 'a' }, { signal: caller.signal });
    caller.abort('enough');
    await expect(call).rejects.toBe('enough');
    expect(vi.getTimerCount()).toBe(0);
    const { signal, listeners } = watchedSignal();
    const other = slow(memory(), 200).get({ name: 'a' }, { signal });
    await vi.advanceTimersByTimeAsync(200);
    await other;
    expect(listeners()).toBe(0);
  });

  it('slow refuses a wait that is none', () => {
    expect(() => slow(memory(), Number.NaN)).toThrow(RangeError);
  });
});

describe('fakeSecrets', () => {
  it('holds what it began with, and what is put behind the back', async () => {
    const fake = fakeSecrets({ initial: { a: 'before' } });
    const secrets = createSecrets(fake.provider);
    expect((await secrets.require('a')).reveal()).toBe('before');
    await fake.put({ name: 'a', scope: { user: 'usr_1' } }, 'hers');
    await fake.put('a', 'after', new Date(fake.clock.now() + 1_000));
    expect((await secrets.require('a')).reveal()).toBe('after');
    expect((await secrets.scoped({ user: 'usr_1' }).require('a')).reveal()).toBe('hers');
    fake.clock.advance(1_000);
    expect(await secrets.get('a')).toBeUndefined();
    await fake.remove({ name: 'a', scope: { user: 'usr_1' } });
    expect(await secrets.scoped({ user: 'usr_1' }).get('a')).toBeUndefined();
    expect([fake.calls(), fake.calls('get'), fake.calls('set')]).toEqual([5, 5, 0]);
  });

  it('fails as told until it is healed, for one secret or for all', async () => {
    const fake = fakeSecrets({ initial: { a: 'of a', b: 'of b' } });
    const secrets = createSecrets(fake.provider);
    expect(() => fake.fail('down' as never)).toThrow(/no code "down"/);
    fake.fail('unavailable', 'a');
    await expect(secrets.get('a')).rejects.toMatchObject({ code: 'unavailable' });
    expect((await secrets.require('b')).reveal()).toBe('of b');
    expect(await secrets.getManySettled({ a: 'a', b: 'b' })).toMatchObject({ a: { code: 'unavailable' } });
    fake.fail(new SyntaxError('of a driver'), 'a');
    await expect(secrets.getMany({ a: 'a', b: 'b' })).rejects.toMatchObject({ code: 'unknown' });
    fake.fail('timeout');
    await expect(secrets.getMany({ a: 'a', b: 'b' })).rejects.toMatchObject({ code: 'timeout' });
    await expect(secrets.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'timeout' });
    await expect(secrets.set('a', 'new')).rejects.toMatchObject({ code: 'timeout' });
    await expect(secrets.delete('a')).rejects.toMatchObject({ code: 'timeout' });
    fake.heal();
    expect((await secrets.require('a')).reveal()).toBe('of a');
  });

  it('hangs as told, and counts what is under way', async () => {
    const fake = fakeSecrets();
    fake.hang();
    const caller = new AbortController();
    const call = createSecrets(fake.provider).get('a', { signal: caller.signal });
    expect(fake.pending()).toBe(1);
    caller.abort('enough');
    await expect(call).rejects.toBe('enough');
    await Promise.resolve();
    expect(fake.pending()).toBe(0);
  });

  it('refuses an unknown option by name', () => {
    expect(() => fakeSecrets({ initail: {} } as object)).toThrow(/initail/);
  });
});

describe('watchedTimers', () => {
  it('counts timers until they fire or are cleared, and intervals until they are cleared', async () => {
    const timers = watchedTimers();
    try {
      await new Promise((resolve) => {
        setTimeout(resolve, 1);
      });
      const timeout = setTimeout(() => undefined, 1_000);
      const interval = setInterval(() => undefined, 1_000);
      expect(timers.running()).toBe(2);
      clearTimeout(timeout);
      clearInterval(interval);
      expect(timers.running()).toBe(0);
    } finally {
      timers.restore();
    }
  });
});
