import { compose, createSecrets } from '@secretkit/core';
import { type SecretErrorCode, seal } from '@secretkit/core/provider';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { start } from '../../test/plain-cache.js';
import { cache } from '../cache/index.js';
import type { CallEvent } from './call-event.js';
import { type IncidentFields, incidents, observe } from './index.js';

beforeEach(() => void vi.useFakeTimers({ now: start }));
afterEach(() => void vi.useRealTimers());

type Logged = readonly [line: string, fields: IncidentFields];

function setUp() {
  const logged: Logged[] = [];
  const hook = incidents({ log: (line, fields) => void logged.push([line, fields]) });
  const event = (name: string, result: Partial<CallEvent>): void =>
    hook({
      provider: 'cache(store)',
      backend: 'store',
      operation: 'get',
      refs: [{ name }],
      scope: undefined,
      outcome: 'found',
      durationMs: 1,
      ...result,
    });
  const phases = (): unknown[] => logged.map(([, { incident, codes }]) => `${incident} ${codes.join(' ')}`);
  return { logged, hook, event, phases };
}

const settled = () => vi.advanceTimersByTimeAsync(10_000);

describe('an incident', () => {
  it('is a line at its first failure and a line at its end, however many reads there are', async () => {
    const { logged, event } = setUp();
    for (let read = 0; read < 1_000; read += 1) {
      event('token', { outcome: 'unavailable', cache: 'miss' });
      vi.advanceTimersByTime(300);
    }
    event('token', { cache: 'miss' });
    event('token', { cache: 'miss' });
    await settled();
    expect(logged).toEqual([
      [
        'store: get "token" failed: unavailable. Readers get this error.',
        {
          incident: 'started',
          backend: 'store',
          codes: ['unavailable'],
          since: new Date(start),
          operation: 'get',
          refs: ['"token"'],
          served: false,
        },
      ],
      [
        'store: works again after 5 min. 1000 calls affected: unavailable.',
        {
          incident: 'ended',
          backend: 'store',
          codes: ['unavailable'],
          since: new Date(start),
          durationMs: 300_000,
          failedCalls: 1_000,
        },
      ],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that readers do not see has a line, and another one once a reader gets the error', async () => {
    const { logged, event } = setUp();
    event('a', { cache: 'stale', hiddenFailure: 'unavailable' });
    event('a', { cache: 'stale', hiddenFailure: 'unavailable' });
    event('b', { outcome: 'unavailable' });
    event('b', { outcome: 'unavailable' });
    event('a', { cache: 'stale', hiddenFailure: 'unavailable' });
    event('a', { cache: 'refresh' });
    await settled();
    expect(logged.map(([line]) => line)).toEqual([
      'store: get "a" failed: unavailable. Readers get the value in memory.',
      'store: get "b" failed: unavailable. Readers get this error.',
      'store: works again after 0 s. 5 calls affected: unavailable.',
    ]);
    expect(logged[1]?.[1]).toMatchObject({ incident: 'worsened', served: false });
  });

  it('of a backend that fails now and then is one', async () => {
    const { phases, event } = setUp();
    for (let read = 0; read < 50; read += 1) {
      event('a', read % 2 === 0 ? { outcome: 'timeout' } : { cache: 'miss' });
      await vi.advanceTimersByTimeAsync(9_000);
    }
    await settled();
    expect(phases()).toEqual(['started timeout', 'ended timeout']);
  });

  it.each<[SecretErrorCode, boolean]>([
    ['unavailable', true],
    ['timeout', true],
    ['circuit_open', true],
    ['rate_limited', true],
    ['quota_exceeded', true],
    ['unauthenticated', true],
    ['permission_denied', false],
    ['invalid_data', false],
    ['invalid_argument', false],
    ['unknown', false],
  ])('of %s ends with the success of another secret: %s', async (code, ends) => {
    const { phases, event } = setUp();
    event('a', { outcome: code });
    event('b', { cache: 'miss' });
    await settled();
    expect(phases()).toEqual([`started ${code}`, ...(ends ? [`ended ${code}`] : [])]);
    event('a', { outcome: code });
    event('a', { outcome: 'missing' });
    await settled();
    expect(phases().at(-1)).toBe(`ended ${code}`);
  });

  it.each<[string, Partial<CallEvent>]>([
    ['a value in memory', { cache: 'stale' }],
    ['a remembered answer', { cache: 'hit', outcome: 'missing' }],
    ['a call that its reader aborted', { outcome: 'aborted' }],
    ['a success of another backend', { backend: 'other' }],
  ])('does not end with %s', async (_, result) => {
    const { phases, event } = setUp();
    event('a', { outcome: 'unavailable' });
    event('a', result);
    await settled();
    expect(phases()).toEqual(['started unavailable']);
  });

  it.each<SecretErrorCode>(['conflict', 'closed'])('is not made of %s', (code) => {
    const { logged, event } = setUp();
    event('a', { outcome: code });
    expect(logged).toEqual([]);
  });

  it('is one for each backend and code', () => {
    const { phases, event } = setUp();
    event('a', { outcome: 'unavailable' });
    event('a', { outcome: 'circuit_open' });
    event('a', { outcome: 'unavailable', backend: 'other' });
    expect(phases()).toEqual(['started unavailable', 'started circuit_open', 'started unavailable']);
  });

  it('ends with one line for all codes of an outage', async () => {
    const { logged, phases, event } = setUp();
    event('a', { outcome: 'timeout' });
    event('denied', { outcome: 'permission_denied' });
    vi.advanceTimersByTime(60_000);
    event('a', { outcome: 'circuit_open' });
    vi.advanceTimersByTime(60_000);
    event('a', { cache: 'miss' });
    await settled();
    expect(phases().slice(3)).toEqual(['ended timeout circuit_open']);
    expect(logged[3]?.[1]).toMatchObject({ since: new Date(start), durationMs: 120_000, failedCalls: 2 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('without a success is over an hour after its last failure, so that the next one has a line', () => {
    const { phases, event } = setUp();
    event('a', { outcome: 'permission_denied' });
    vi.advanceTimersByTime(3_599_999);
    event('a', { outcome: 'permission_denied' });
    vi.advanceTimersByTime(3_600_000);
    event('a', { outcome: 'permission_denied' });
    expect(phases()).toEqual(['started permission_denied', 'started permission_denied']);
  });

  it('shows five secrets of a batch', () => {
    const { logged, event } = setUp();
    const refs = Array.from({ length: 50 }, (_, at) => ({ name: `n${at}`, scope: { user: 'usr_1' } }));
    event('', { operation: 'getMany', refs, outcome: 'timeout', failed: 50 });
    expect(logged[0]?.[1].refs).toHaveLength(5);
    expect(logged[0]?.[0]).toContain('"n4" (user usr_1)');
  });

  it('takes bounded memory: of many backends, the latest are remembered', async () => {
    const { logged, event } = setUp();
    for (let at = 0; at < 150; at += 1) {
      for (let name = 0; name < 150; name += 1)
        event(`n${name}`, { outcome: 'unknown', backend: `store-${at}` });
      event('other', { cache: 'miss', backend: `store-${at}` });
    }
    expect(logged).toHaveLength(150);
    event('a', { outcome: 'unknown', backend: 'store-149' });
    expect(logged).toHaveLength(150);
    event('a', { outcome: 'unknown', backend: 'store-0' });
    expect(logged).toHaveLength(151);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('around a cached stack', () => {
  it('real pino gets one line for an outage that a value in memory hides, without the value', async () => {
    const lines: string[] = [];
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) });
    const backend = heldBackend();
    const stack = compose(
      observe({
        onEvent: incidents({
          log: (line, fields) => logger[fields.incident === 'ended' ? 'info' : 'warn'](fields, line),
        }),
      }),
      cache({ ttlMs: 1_000, jitter: 0, failureCooldownMs: 5_000 }),
    )(backend.provider);
    const secrets = createSecrets(stack);
    const first = secrets.get('token');
    await backend.call(0).answer(seal('CANARY-value'));
    await first;
    vi.advanceTimersByTime(2_000);
    const stale = outcome(secrets.get('token'));
    await backend.call(1).fail(failure('unavailable'));
    expect(await stale).toBe('CANARY-value');
    for (let read = 0; read < 100; read += 1) await secrets.get('token'); // in the cooldown
    vi.advanceTimersByTime(6_000);
    const fresh = secrets.get('token');
    await backend.call(2).answer(seal('CANARY-new'));
    await fresh;
    await settled();
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { level: 40, incident: 'started', backend: 'held', codes: ['unavailable'], served: true },
      { level: 30, incident: 'ended', durationMs: 6_000, failedCalls: 101 },
    ]);
    expect(lines.join('')).not.toContain('CANARY');
  });

  it('a failure in a batch that memory hides is one too', async () => {
    const { hook, phases } = setUp();
    const backend = heldBackend();
    const stack = compose(observe({ onEvent: hook }), cache({ ttlMs: 1_000, jitter: 0 }))(backend.provider);
    const refs = [{ name: 'a' }, { name: 'b' }];
    const first = stack.getMany?.(refs, {});
    await backend.call(0).answer('A', 'B');
    await first;
    vi.advanceTimersByTime(2_000);
    const second = stack.getMany?.(refs, {});
    await flush();
    await backend.call(1).answer(failure('timeout'), 'B');
    await second;
    expect(phases()).toEqual(['started timeout']);
  });
});

describe('its hook', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('of the logger');
      },
    ],
    ['rejects', () => Promise.reject(new Error('of the logger'))],
  ])('that %s does not affect the call', async (_, log) => {
    const { event } = setUp();
    const hook = incidents({ log });
    const stack = observe({ onEvent: hook })({ name: 's', get: () => Promise.reject(failure('timeout')) });
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('timeout');
    event('a', {});
    await flush();
  });
});

describe('invalid options', () => {
  const log = (): void => undefined;
  it.each([
    [undefined, /^incidents: options must be an object, got undefined\./],
    [{}, /^incidents: log must be a function, got undefined\./],
    [{ log, settle: 5 }, /^incidents: unknown option "settle"\. .*log, settleMs, now/],
    [{ log, settleMs: -1 }, /^incidents: settleMs must be .*, got -1\./],
  ])('are refused at construction: %j', (options, message) => {
    expect(() => incidents(options as never)).toThrow(message);
  });
});
