import { createSecrets, type Explanation, SecretError } from '@secretkit/core';
import {
  type MemoryExplanation,
  type SecretErrorCode,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, flush, outcome } from '../../test/held-backend.js';
import { plainCache, start, warm } from '../../test/plain-cache.js';
import { fallback } from '../fallback/index.js';
import { rename } from '../rename/index.js';
import { cache } from './index.js';

const at = (ms: number): Date => new Date(start + ms);

describe('the explanation of a secret', () => {
  it('is absent, and names the backend, while nothing is known', () => {
    const { secrets, backend } = plainCache();
    expect(secrets.explain('a')).toEqual({ ref: { name: 'a' }, state: 'absent', answeredBy: 'held' });
    expect(backend.calls).toHaveLength(0);
  });

  it('has the times of a fresh value', async () => {
    const kit = plainCache({ staleIfErrorMs: 30_000 });
    const reading = kit.secrets.get('a');
    expect(kit.secrets.explain('a')).toMatchObject({ state: 'refreshing', answeredBy: 'held' });
    await kit.backend.call(0).answer(seal('value', { version: 'v1', expiresAt: at(1e9) }));
    await reading;
    kit.clock.ms += 1_000;
    expect(kit.secrets.explain('a')).toEqual({
      ref: { name: 'a' },
      state: 'fresh',
      layer: 'cache',
      asOf: at(1_000),
      answeredBy: 'cache',
      backend: 'held',
      version: 'v1',
      ageMs: 1_000,
      fetchedAt: at(0),
      staleAt: at(60_000),
      servableUntil: at(90_000),
      expiresAt: at(1e9),
      nextAttemptAt: at(60_000),
    });
  });

  it('is stale, then refreshing, then in a cooldown with the failure', async () => {
    const kit = plainCache({ staleIfErrorMs: 600_000, failureCooldownMs: 5_000 });
    await warm(kit, 'a', 'value');
    kit.clock.ms += 61_000;
    expect(kit.secrets.explain('a')).toMatchObject({ state: 'stale', answeredBy: 'held' });
    const reading = outcome(kit.secrets.get('a'));
    expect(kit.secrets.explain('a')).toMatchObject({ state: 'refreshing', answeredBy: 'held' });
    await kit.backend.call(1).fail(failure('rate_limited'));
    expect(await reading).toBe('value');
    expect(kit.secrets.explain('a')).toMatchObject({
      state: 'cooldown',
      answeredBy: 'cache',
      nextAttemptAt: at(66_000),
      failure: { code: 'rate_limited', at: at(61_000) },
    });
  });

  it.each([
    ['missing', undefined, {}],
    ['denied', failure('permission_denied'), { failure: { code: 'permission_denied', at: at(0) } }],
    ['denied', failure('unknown'), { failure: { code: 'unknown', at: at(0) } }],
  ])('is %s while the backend is not asked again', async (state, answer, more) => {
    const kit = plainCache({ negativeTtlMs: 1_000, denialTtlMs: 1_000 });
    const reading = outcome(kit.secrets.get('a'));
    await (answer ? kit.backend.call(0).fail(answer) : kit.backend.call(0).answer(undefined));
    await reading;
    const expected = { state, answeredBy: 'cache', backend: 'held', nextAttemptAt: at(1_000), ...more };
    expect(kit.secrets.explain('a')).toMatchObject(expected);
    kit.clock.ms += 1_000;
    expect(kit.secrets.explain('a').state).toBe('absent');
  });

  it('is absent with the last failure of the backend, also of another secret, until a success', async () => {
    const kit = plainCache();
    const reading = outcome(kit.secrets.get('a'));
    await kit.backend.call(0).fail(failure('unavailable'));
    await reading;
    kit.clock.ms += 2_000;
    expect(kit.secrets.explain('b')).toMatchObject({
      state: 'absent',
      answeredBy: 'held',
      failure: { code: 'unavailable', at: at(0) },
    });
    expect(String(kit.secrets.explain('b'))).toContain('unavailable, 2 s ago');
    await warm(kit, 'c', 'value');
    expect(kit.secrets.explain('b')).not.toHaveProperty('failure');
  });

  it('is absent until the circuit lets a call pass, for the account whose calls it refuses', async () => {
    const kit = plainCache();
    const scope = { account: 'acct_1' };
    const reading = outcome(kit.stack.get({ name: 'a', scope }, {}));
    await kit.backend.call(0).fail(failure('circuit_open', 9_000));
    await reading;
    const explained = (account: string) => kit.secrets.explain({ name: 'b', scope: { account } });
    expect(explained('acct_1')).toMatchObject({
      state: 'absent',
      nextAttemptAt: at(9_000),
      failure: { code: 'circuit_open' },
    });
    expect(String(explained('acct_1'))).toContain('fails at once');
    expect(explained('acct_2')).not.toHaveProperty('failure');
    kit.clock.ms += 9_000;
    expect(explained('acct_1')).not.toHaveProperty('nextAttemptAt');
    expect(String(explained('acct_1'))).toContain('asks the backend');
  });

  it('has the refusal of a circuit if the failure before is over, or of another account', async () => {
    const kit = plainCache();
    const failed = async (account: string, code: SecretErrorCode) => {
      const reading = outcome(kit.stack.get({ name: 'a', scope: { account } }, {}));
      await kit.backend.call(kit.backend.calls.length - 1).fail(failure(code, 9_000));
      await reading;
    };
    const explained = (account: string) =>
      kit.secrets.explain({ name: 'b', scope: { account } }).failure?.code;
    await failed('acct_1', 'unavailable');
    await failed('acct_2', 'circuit_open');
    expect(explained('acct_2')).toBe('circuit_open');
    await failed('acct_2', 'unavailable');
    await warm(kit, 'c', 'value');
    await failed('acct_2', 'circuit_open');
    expect(explained('acct_2')).toBe('circuit_open');
  });

  it('has the failure that opened the circuit, and not the refusals since', async () => {
    const kit = plainCache();
    for (const [at, code] of (['unavailable', 'circuit_open', 'circuit_open'] as const).entries()) {
      kit.clock.ms += 1_000;
      const reading = outcome(kit.stack.get({ name: `name-${at}` }, {}));
      await kit.backend.call(at).fail(failure(code, 9_000));
      await reading;
    }
    expect(kit.secrets.explain('other')).toMatchObject({
      state: 'absent',
      nextAttemptAt: at(12_000),
      failure: { code: 'unavailable', at: at(1_000) },
    });
  });

  it.each(['permission_denied', 'invalid_data'] as const)(
    'is absent without a failure of another secret that is about that one: %s',
    async (code) => {
      const kit = plainCache();
      const reading = outcome(kit.secrets.get('a'));
      await kit.backend.call(0).fail(failure(code));
      await reading;
      expect(kit.secrets.explain('b')).not.toHaveProperty('failure');
    },
  );

  it('is absent with a rate limit that refuses no call of another secret', async () => {
    const kit = plainCache();
    const reading = outcome(kit.secrets.get('a'));
    await kit.backend.call(0).fail(failure('rate_limited', 9_000));
    await reading;
    expect(kit.secrets.explain('b')).toMatchObject({ state: 'absent', failure: { code: 'rate_limited' } });
    expect(kit.secrets.explain('b')).not.toHaveProperty('nextAttemptAt');
  });

  it('is stale, with an attempt at any time, until the end of the longest bound, and absent from then on', async () => {
    const kit = plainCache({ staleIfErrorMs: 30_000 });
    await warm(kit, 'a', 'value');
    for (const ms of [60_000, 29_999]) {
      kit.clock.ms += ms;
      expect(kit.secrets.explain('a')).toMatchObject({ state: 'stale', servableUntil: at(90_000) });
      expect(kit.secrets.explain('a')).not.toHaveProperty('nextAttemptAt');
    }
    kit.clock.ms += 1;
    expect(kit.secrets.explain('a')).toEqual({ ref: { name: 'a' }, state: 'absent', answeredBy: 'held' });
  });

  it('is that of an inner cache for a value that only it has, also while the backend fails', async () => {
    const kit = plainCache();
    const outer = createSecrets(cache({ now: () => kit.clock.ms })(kit.stack));
    await warm(kit, 'a', 'value');
    const reading = outcome(outer.get('b'));
    await kit.backend.call(1).fail(failure('unavailable'));
    await reading;
    expect(outer.explain('a')).toMatchObject({ state: 'fresh', fetchedAt: at(0) });
    expect(outer.explain('c')).toMatchObject({ state: 'absent', failure: { code: 'unavailable' } });
  });

  it('names the backend of a fallback that denied the read', async () => {
    const kit = plainCache({ denialTtlMs: 1_000 });
    const reading = outcome(kit.secrets.get('a'));
    await kit.backend
      .call(0)
      .fail(new SecretError('permission_denied', 'as scripted.', { provider: 'second' }));
    expect(await reading).toBe('permission_denied');
    expect(kit.secrets.explain('a')).toMatchObject({ state: 'denied', backend: 'second' });
  });

  it('has the similar name that the backend knows, for a secret that is missing', async () => {
    const kit = plainCache();
    const explain = (): MemoryExplanation => ({ state: 'absent', similar: 'A' });
    const provider: SecretProvider = { name: 'store', get: async () => undefined, memory: { explain } };
    const secrets = createSecrets(cache({ now: () => kit.clock.ms })(provider));
    await secrets.get('a');
    expect(secrets.explain('a')).toMatchObject({ state: 'missing', backend: 'store', similar: 'A' });
  });

  it('names the backend that answered, through a fallback, a rename and a scope', async () => {
    const now = (): number => start;
    const named = (name: string, held: string) => ({
      name,
      get: async ({ name: ref }: { name: string }) => (ref === held ? seal('value') : undefined),
    });
    const stack = cache({ now })(
      fallback(rename(named('first', 'b'), { a: 'b' }), cache({ now })(named('second', 'c'))),
    );
    const secrets = createSecrets(stack, { now });
    expect(secrets.explain('a').answeredBy).toBe('fallback(first, second)');
    await secrets.getMany({ a: 'a', c: 'c' });
    expect(secrets.explain('a')).toMatchObject({ state: 'fresh', backend: 'first' });
    expect(secrets.explain('c')).toMatchObject({ state: 'fresh', backend: 'second' });
    expect(secrets.explain({ name: 'c', scope: { user: 'usr_1' } }).state).toBe('absent');
    expect(secrets.scoped({ user: 'usr_1' }).explain('c').ref).toEqual({
      name: 'c',
      scope: { user: 'usr_1' },
    });
  });

  it('prints as five lines and as JSON, without the value', async () => {
    const kit = plainCache({ staleIfErrorMs: 3_600_000 });
    const { secrets } = kit;
    const lines = (explanation: Explanation): string[] => String(explanation).split('\n');
    expect(lines(secrets.explain('a'))).toHaveLength(5);
    await warm(kit, 'a', 'CANARY');
    kit.clock.ms += 61_000;
    const reading = secrets.get('a');
    await kit.backend.call(1).fail(failure('unavailable'));
    await reading;
    kit.clock.ms += 2_000;
    const explanation = secrets.explain('a');
    expect(lines(explanation)).toEqual([
      '"a": cooldown. The next read gets the value in memory, since the last refresh failed (cache).',
      'Value: a value from held, fetched 63 s ago (2023-11-14T22:13:20.000Z).',
      'Deadlines: stale 3 s ago (2023-11-14T22:14:20.000Z); gone in 60 min (2023-11-14T23:14:20.000Z) if the backend stays down, at once if it denies access; no expiry.',
      'Next attempt: by a read in 28 s (2023-11-14T22:14:51.000Z) or later.',
      'Last failure: unavailable, 2 s ago (2023-11-14T22:14:21.000Z).',
    ]);
    const json = JSON.stringify(explanation);
    expect(JSON.parse(json)).toMatchObject({ state: 'cooldown', ageMs: 63_000 });
    expect(json + String(explanation)).not.toContain('CANARY');
  });

  it('changes nothing: neither counts, nor the order of eviction, nor a wait for a missing name', async () => {
    const kit = plainCache({ maxEntries: 2, negativeTtlMs: 1_000 });
    await warm(kit, 'a', 'value');
    await warm(kit, 'b', 'value');
    kit.secrets.explain('a');
    await warm(kit, 'c', 'value');
    expect(kit.secrets.explain('a').state).toBe('absent');
    const reading = kit.secrets.get('missing');
    await kit.backend.call(3).answer(undefined);
    await reading;
    kit.clock.ms += 1_999;
    kit.secrets.explain('missing');
    kit.clock.ms += 1;
    void kit.secrets.get('missing');
    await kit.backend.call(4).answer(undefined);
    expect(kit.secrets.explain('missing').nextAttemptAt).toEqual(at(3_000)); // one second, not two
  });
});

describe('the health of a stack', () => {
  it('is ready while each required secret has a value that may be served', async () => {
    const kit = plainCache({ staleIfErrorMs: 600_000 });
    const ready = (): boolean => kit.secrets.health({ required: ['a'] }).ready;
    expect([kit.secrets.health().ready, ready()]).toEqual([true, false]);
    expect(kit.secrets.health({ required: ['a'] }).missing).toEqual(['"a"']);
    await warm(kit, 'a', 'value');
    const states: boolean[] = [];
    for (const ms of [0, 60_001, 599_998, 1]) {
      kit.clock.ms += ms;
      states.push(ready());
    }
    expect(states).toEqual([true, true, true, false]);
    expect(kit.backend.calls).toHaveLength(1);
  });

  it('is not ready once a required secret is denied', async () => {
    const kit = plainCache({ staleIfErrorMs: 600_000, denialTtlMs: 1_000 });
    await warm(kit, 'a', 'value');
    const reading = outcome(kit.secrets.get('a', { fresh: true }));
    await kit.backend.call(1).fail(failure('permission_denied'));
    await reading;
    const { ready, degraded, layers } = kit.secrets.health({ required: ['a'] });
    expect([ready, degraded]).toEqual([false, true]);
    expect(layers).toMatchObject([
      {
        layer: 'cache',
        backend: 'held',
        degraded: true,
        consecutiveFailures: 1,
        lastSuccessAt: at(0),
        lastFailure: { code: 'permission_denied', at: at(0) },
      },
    ]);
  });

  it('is degraded from the first failure until a success, and counts what is served stale', async () => {
    const kit = plainCache({ staleIfErrorMs: 600_000, failureCooldownMs: 5_000 });
    await warm(kit, 'a', 'value');
    expect(kit.secrets.health()).toMatchObject({ degraded: false });
    kit.clock.ms += 60_001;
    const reading = outcome(kit.secrets.get('a'));
    expect(kit.secrets.health().layers[0]).toMatchObject({ inFlight: 1, cooldowns: 0, staleEntries: 0 });
    await kit.backend.call(1).fail(failure('unavailable'));
    await reading;
    expect(kit.secrets.health()).toMatchObject({
      degraded: true,
      layers: [{ inFlight: 0, cooldowns: 1, staleEntries: 1, consecutiveFailures: 1 }],
    });
    kit.clock.ms += 5_000;
    const again = outcome(kit.secrets.get('a'));
    await kit.backend.call(2).answer('new');
    await again;
    await flush();
    expect(kit.secrets.health()).toMatchObject({ degraded: false });
  });

  it.each([[{ required: [] }], [{ required: [''] }], [{ needed: ['a'] }], [{ required: 'a' }], ['a']])(
    'refuses %j',
    (options) => {
      const { secrets } = plainCache();
      expect(() => secrets.health(options as never)).toThrow(SecretError);
    },
  );
});
