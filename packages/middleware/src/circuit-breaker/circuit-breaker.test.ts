import { getEventListeners } from 'node:events';
import { compose, createSecrets } from '@secretkit/core';
import { around } from '@secretkit/core/middleware';
import {
  errorRules,
  layersOf,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import {
  type CircuitBreakerOptions,
  type CircuitChange,
  circuitBreaker,
  consecutiveFailures,
  failureShare,
} from './index.js';

const start = 1_700_000_000_000;
const openMs = 10_000;

function setUp(options: CircuitBreakerOptions = {}) {
  const clock = { ms: start };
  const changes: CircuitChange[] = [];
  const backend = heldBackend();
  const stack = circuitBreaker({
    strategy: consecutiveFailures(3),
    openMs,
    random: () => 0,
    now: () => clock.ms,
    onStateChange: (change) => changes.push(change),
    ...options,
  })(backend.provider);
  const { calls } = backend;

  /** Reads a secret. If the call reaches the backend, it is answered with a value or a failure. */
  async function read(answer: SecretErrorCode | 'a value' = 'a value', account?: string): Promise<unknown> {
    const before = calls.length;
    const reading = outcome(stack.get({ name: 'a', ...(account && { scope: { account } }) }, {}));
    await flush();
    if (calls.length > before) {
      const call = backend.call(before);
      if (answer === 'a value') await call.answer(answer);
      else await call.fail(failure(answer));
    }
    return reading;
  }

  async function readAll(answers: readonly (SecretErrorCode | 'a value')[], account?: string) {
    const outcomes: unknown[] = [];
    for (const answer of answers) outcomes.push(await read(answer, account));
    return outcomes;
  }

  const open = (): Promise<unknown> => readAll(['unavailable', 'unavailable', 'unavailable']);
  const snapshot = () => layersOf(stack)[0]?.snapshot?.();
  return { clock, changes, backend, calls, stack, read, readAll, open, snapshot };
}

async function refusalOf(call: Promise<unknown>): Promise<SecretError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (error instanceof SecretError && error.code === 'circuit_open') return error;
  throw new Error('the call was not refused');
}

describe('compareAndSet and listVersions', () => {
  it('open and close a circuit, and are refused like any other call', async () => {
    const { backend, clock, stack, snapshot } = setUp({ strategy: consecutiveFailures(2) });
    const calls = () => [
      stack.compareAndSet({ name: 'a' }, seal('new'), 'v1', {}),
      stack.listVersions({ name: 'a' }, {}),
    ];
    const failed = Promise.allSettled(calls());
    await backend.call(0).fail(failure('timeout'));
    await backend.call(1).fail(failure('unavailable'));
    await failed;
    for (const call of calls()) expect(await refusalOf(call)).toMatchObject({ ref: { name: 'a' } });
    expect(backend.calls).toHaveLength(2);
    clock.ms += openMs;
    const probe = stack.compareAndSet({ name: 'a' }, seal('new'), 'v1', {}).catch(() => undefined);
    await flush();
    await backend.call(2).fail(failure('conflict')); // the backend has answered
    await probe;
    expect(snapshot()).toMatchObject({ state: 'closed' });
  });
});

it('a circuit opens for openMs, however long the backend asks to wait', async () => {
  const { clock, backend, stack, read, readAll } = setUp();
  await readAll(['unavailable', 'unavailable']);
  const last = outcome(stack.get({ name: 'a' }, {}));
  await backend.call(2).fail(failure('unavailable', Number.MAX_SAFE_INTEGER));
  expect(await last).toBe('unavailable');
  expect(await read()).toBe('circuit_open');
  clock.ms += openMs;
  expect(await read()).toBe('a value');
});

describe('a wall clock that is put forward', () => {
  it('does not end the time that a circuit is open', async () => {
    vi.useFakeTimers({ now: start });
    try {
      const backend = heldBackend();
      const options = { strategy: consecutiveFailures(1), openMs, random: () => 0 };
      const stack = circuitBreaker(options)(backend.provider);
      const failed = outcome(stack.get({ name: 'a' }, {}));
      await backend.call(0).fail(failure('unavailable'));
      await failed;
      vi.setSystemTime(start + 120_000);
      expect(await refusalOf(stack.get({ name: 'a' }, {}))).toMatchObject({ retryAfterMs: openMs });
      await vi.advanceTimersByTimeAsync(openMs);
      const probe = outcome(stack.get({ name: 'a' }, {}));
      await backend.call(1).answer('value');
      expect(await probe).toBe('value');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a circuit', () => {
  it('opens after consecutive failures, and then makes no call', async () => {
    const { readAll, calls, snapshot } = setUp();
    expect(await readAll(['unavailable', 'timeout'])).toEqual(['unavailable', 'timeout']);
    expect(snapshot()).toEqual({ state: 'closed', degraded: false, opened: 0, refused: 0 });
    expect(await readAll(['unavailable', 'a value', 'a value'])).toEqual([
      'unavailable',
      'circuit_open',
      'circuit_open',
    ]);
    expect(calls).toHaveLength(3);
    expect(snapshot()).toEqual({ state: 'open', degraded: true, opened: 1, refused: 2 });
  });

  it('opens by default after five of them, for ten seconds', async () => {
    const calls: number[] = [];
    const clock = { ms: start };
    const provider: SecretProvider = {
      name: 'down',
      get: async () => {
        calls.push(clock.ms - start);
        throw failure('unavailable');
      },
    };
    const stack = circuitBreaker({ now: () => clock.ms, random: () => 0 })(provider);
    for (; clock.ms < start + 200_000; clock.ms += 1_000) await outcome(stack.get({ name: 'a' }, {}));
    // Then one probe at a time: the wait doubles each time, up to a minute.
    expect(calls).toEqual([0, 1_000, 2_000, 3_000, 4_000, 14_000, 34_000, 74_000, 134_000, 194_000]);
  });

  it('refuses with the provider, the operation, the ref and the time that it stays open', async () => {
    const { open, clock, stack } = setUp();
    await open();
    clock.ms += 1;
    const refused = await refusalOf(stack.get({ name: 'a' }, {}));
    expect(refused).toMatchObject({
      provider: 'held',
      operation: 'get',
      ref: { name: 'a' },
      retryAfterMs: openMs - 1,
      retryable: false,
    });
    expect(refused.message).toMatch(/^circuit_open: held get "a": .*\b9999 ms\b/);
    const batch = await refusalOf(stack.getMany([{ name: 'a' }, { name: 'b' }], {}));
    expect(batch).toMatchObject({ operation: 'getMany', retryAfterMs: openMs - 1 });
    expect(batch).not.toHaveProperty('ref');
  });

  it('half-opens at the exact millisecond, and closes if the backend answers', async () => {
    const { open, clock, read, readAll, calls, snapshot } = setUp();
    await open();
    clock.ms += openMs - 1;
    expect(await read()).toBe('circuit_open');
    clock.ms += 1;
    expect(await read()).toBe('a value');
    expect(calls).toHaveLength(4);
    expect(snapshot()).toMatchObject({ state: 'closed', opened: 1 });
    // The count starts again.
    expect(await readAll(['timeout', 'timeout', 'a value'])).toEqual(['timeout', 'timeout', 'a value']);
  });

  it('lets one probe through while it is half-open, and refuses other calls', async () => {
    const { open, clock, stack, backend, calls, snapshot } = setUp();
    await open();
    clock.ms += openMs;
    const probe = outcome(stack.get({ name: 'a' }, {}));
    const others = [stack.get({ name: 'a' }, {}), stack.set({ name: 'a' }, seal('value'), {})];
    for (const other of others) expect(await refusalOf(other)).toMatchObject({ retryAfterMs: openMs });
    expect(calls).toHaveLength(4);
    expect(snapshot()).toMatchObject({ state: 'half-open', refused: 2 });
    await backend.call(3).answer('value');
    expect(await probe).toBe('value');
  });

  it('stays open for twice as long after each probe that fails, up to maxOpenMs', async () => {
    const { open, clock, read, changes } = setUp({ maxOpenMs: 35_000 });
    await open();
    for (const openForMs of [10_000, 20_000, 35_000, 35_000]) {
      clock.ms += openForMs - 1;
      expect(await read()).toBe('circuit_open');
      clock.ms += 1;
      expect(await read('timeout')).toBe('timeout');
    }
    clock.ms += 35_000;
    await read();
    await open();
    const opened = changes.filter(({ to }) => to === 'open').map(({ openForMs }) => openForMs);
    expect(opened).toEqual([10_000, 20_000, 35_000, 35_000, 35_000, 10_000]); // short again after it closed
  });

  it('stays open for a finite time after days of an outage', async () => {
    const { open, clock, read, changes } = setUp({ openMs: 1, maxOpenMs: 60_000 });
    await open();
    for (let i = 0; i < 2_000; i += 1) {
      clock.ms += 60_000;
      await read('unavailable');
    }
    expect(changes.at(-1)).toMatchObject({ to: 'open', openForMs: 60_000 });
  });

  it('takes up to a fifth of its open time off at random', async () => {
    const { open, clock, read } = setUp({ random: () => 0.5 });
    await open();
    clock.ms += openMs * 0.9 - 1;
    expect(await read()).toBe('circuit_open');
    clock.ms += 1;
    expect(await read()).toBe('a value');
  });

  it('calls onStateChange with names and codes at each change', async () => {
    const { open, clock, read, changes } = setUp();
    await open();
    clock.ms += openMs;
    await read('timeout');
    clock.ms += 2 * openMs;
    await read();
    const provider = 'held';
    expect(changes).toEqual([
      { provider, from: 'closed', to: 'open', code: 'unavailable', openForMs: 10_000 },
      { provider, from: 'open', to: 'half-open' },
      { provider, from: 'half-open', to: 'open', code: 'timeout', openForMs: 20_000 },
      { provider, from: 'open', to: 'half-open' },
      { provider, from: 'half-open', to: 'closed' },
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('of the hook');
      },
    ],
    ['rejects', (): unknown => Promise.reject(new Error('of the hook'))],
  ])('ignores a hook that %s', async (_, onStateChange) => {
    const { open, read } = setUp({ onStateChange });
    await open();
    expect(await read()).toBe('circuit_open');
  });
});

describe('the evidence of an attempt', () => {
  const down: SecretErrorCode[] = ['unavailable', 'timeout'];
  const up: SecretErrorCode[] = [
    'not_found',
    'permission_denied',
    'unauthenticated',
    'quota_exceeded',
    'invalid_data',
    'conflict',
  ];
  const codes = Object.keys(errorRules) as SecretErrorCode[]; // keys() forgets the names
  const none = codes.filter((code) => ![...down, ...up].includes(code));

  it.each(down)('%s opens it', async (code) => {
    const { readAll, snapshot } = setUp();
    await readAll([code, code, code]);
    expect(snapshot()).toMatchObject({ state: 'open' });
  });

  it.each([...up, ...none])('%s never opens it', async (code) => {
    const { readAll, snapshot, calls } = setUp();
    await readAll(Array.from({ length: 20 }, () => code));
    expect(snapshot()).toMatchObject({ state: 'closed' });
    expect(calls).toHaveLength(20);
  });

  it.each(up)('%s counts as an answer', async (code) => {
    const { readAll, open, clock, read, snapshot } = setUp();
    await readAll(['unavailable', 'unavailable', code, 'unavailable', 'unavailable']);
    expect(snapshot()).toMatchObject({ state: 'closed' });
    await open();
    clock.ms += openMs;
    await read(code);
    expect(snapshot()).toMatchObject({ state: 'closed' });
  });

  it.each(none)('%s is not evidence: the next attempt decides', async (code) => {
    const { readAll, clock, read, snapshot } = setUp();
    await readAll(['unavailable', 'unavailable', code, 'unavailable']);
    expect(snapshot()).toMatchObject({ state: 'open' });
    clock.ms += openMs;
    expect(await read(code)).toBe(code);
    expect(snapshot()).toMatchObject({ state: 'half-open' });
    expect(await read()).toBe('a value');
    expect(snapshot()).toMatchObject({ state: 'closed' });
  });

  it('a missing secret counts as an answer', async () => {
    const { stack, readAll, backend, snapshot } = setUp();
    await readAll(['unavailable', 'unavailable']);
    const read = outcome(stack.get({ name: 'a' }, {}));
    await backend.call(2).answer(undefined);
    expect(await read).toBeUndefined();
    await readAll(['unavailable', 'unavailable']);
    expect(snapshot()).toMatchObject({ state: 'closed' });
  });

  it('an attempt that started before the circuit opened does not count afterwards', async () => {
    const { stack, backend, open, clock, snapshot, changes } = setUp();
    const late = [1, 2, 3].map(() => outcome(stack.get({ name: 'late' }, {})));
    await open();
    clock.ms += openMs;
    const probe = outcome(stack.get({ name: 'a' }, {}));
    await backend.call(0).answer('value');
    await backend.call(1).fail(failure('unavailable'));
    expect(snapshot()).toMatchObject({ state: 'half-open' });
    await backend.call(6).answer('value');
    await backend.call(2).fail(failure('unavailable'));
    expect([await Promise.all(late), await probe]).toEqual([
      ['value', 'unavailable', 'unavailable'],
      'value',
    ]);
    expect(changes).toHaveLength(3);
  });
});

describe('a batch', () => {
  const refs = [{ name: 'a' }, { name: 'b' }];

  it.each([
    { title: 'without any answer counts as one failure', places: ['unavailable', 'timeout'], opens: true },
    { title: 'with one value counts as an answer', places: ['unavailable', 'value'], opens: false },
    { title: 'with one missing secret counts as an answer', places: ['timeout', undefined], opens: false },
    {
      title: 'with one denial counts as an answer',
      places: ['unavailable', 'permission_denied'],
      opens: false,
    },
    {
      title: 'with one failure that is not evidence counts as the other failure',
      places: ['unavailable', 'rate_limited'],
      opens: true,
    },
    {
      title: 'with only failures that are not evidence does not count',
      places: ['rate_limited', 'unknown'],
      opens: false,
    },
  ] as const)('$title', async ({ places, opens }) => {
    const { stack, backend, snapshot } = setUp();
    const inPlace = (place: (typeof places)[number]) =>
      place === undefined || place === 'value' ? place : failure(place);
    for (let i = 0; i < 3; i += 1) {
      expect(snapshot()).toMatchObject({ state: 'closed' });
      const batch = stack.getMany(refs, {});
      await backend.call(i).answer(...places.map(inPlace));
      await batch;
    }
    expect(snapshot()).toMatchObject({ state: opens ? 'open' : 'closed' });
  });

  it('counts as a failure if all its failures are final, although the call resolves', async () => {
    const { stack, backend, changes } = setUp({ strategy: consecutiveFailures(1) });
    const final = new SecretError('timeout', 'as scripted.', { retryable: false });
    const batch = stack.getMany(refs, {});
    await backend.call(0).answer(final, final);
    expect(await batch).toMatchObject([{ code: 'timeout' }, { code: 'timeout' }]);
    expect(changes).toMatchObject([{ to: 'open', code: 'timeout' }]);
  });

  it('that rejects counts by its code', async () => {
    const { stack, backend, snapshot } = setUp({ strategy: consecutiveFailures(1) });
    const batch = outcome(stack.getMany(refs, {}) as never);
    await backend.call(0).fail(failure('unavailable'));
    expect(await batch).toBe('unavailable');
    expect(snapshot()).toMatchObject({ state: 'open' });
  });

  it('with one answer closes a circuit that is half-open', async () => {
    const { stack, open, clock, backend, snapshot } = setUp();
    await open();
    clock.ms += openMs;
    const batch = stack.getMany(refs, {});
    await backend.call(3).answer('value', failure('unavailable'));
    expect(await batch).toMatchObject([{}, { code: 'unavailable' }]);
    expect(snapshot()).toMatchObject({ state: 'closed' });
  });
});

describe("the caller's abort", () => {
  it.each([new Error('enough'), 'a string', null, failure('unavailable')])(
    'ends the call with the same reason and does not count: %s',
    async (reason) => {
      const { stack, snapshot } = setUp({ strategy: consecutiveFailures(1) });
      const caller = new AbortController();
      const read = stack.get({ name: 'a' }, { signal: caller.signal }).catch((error: unknown) => error);
      await flush();
      caller.abort(reason);
      expect(await read).toBe(reason);
      expect(snapshot()).toMatchObject({ state: 'closed' });
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    },
  );

  it('of a probe makes the next attempt the probe', async () => {
    const { stack, open, clock, read, snapshot } = setUp();
    await open();
    clock.ms += openMs;
    const caller = new AbortController();
    const probe = outcome(stack.get({ name: 'a' }, { signal: caller.signal }));
    await flush();
    caller.abort('enough');
    expect(await probe).toBe('enough');
    expect(snapshot()).toMatchObject({ state: 'half-open' });
    expect(await read('unavailable')).toBe('unavailable');
    expect(snapshot()).toMatchObject({ state: 'open' });
  });

  it('before the call makes no call, and is not a probe', async () => {
    const { stack, open, clock, calls, read } = setUp();
    await open();
    clock.ms += openMs;
    expect(await outcome(stack.get({ name: 'a' }, { signal: AbortSignal.abort('enough') }))).toBe('enough');
    expect(calls).toHaveLength(3);
    expect(await read()).toBe('a value');
  });
});

describe('an attempt that never ends', () => {
  it('does not keep a circuit half-open for ever: after as long as it was open, another probe is let through', async () => {
    const ignoresSignal = around({ name: 'ignoresSignal', policy: (run, { signal: _, ...ctx }) => run(ctx) });
    const clock = { ms: start };
    const backend = heldBackend();
    const changes: string[] = [];
    const breaker = circuitBreaker({
      strategy: consecutiveFailures(1),
      openMs,
      random: () => 0,
      now: () => clock.ms,
      onStateChange: ({ from, to }) => changes.push(`${from} → ${to}`),
    });
    const stack = compose(breaker, ignoresSignal)(backend.provider);
    const reads = [outcome(stack.get({ name: 'a' }, {}))];
    await backend.call(0).fail(failure('unavailable'));
    clock.ms += openMs;
    reads.push(outcome(stack.get({ name: 'lost' }, {})));
    await flush();
    clock.ms += openMs - 1;
    expect(await refusalOf(stack.get({ name: 'a' }, {}))).toMatchObject({ retryAfterMs: 1 });
    clock.ms += 1;
    reads.push(outcome(stack.get({ name: 'a' }, {})));
    await flush();
    expect(backend.calls).toHaveLength(3);
    // The result of the lost probe belongs to an earlier period.
    await backend.call(1).fail(failure('unavailable'));
    expect(layersOf(stack)[0]?.snapshot?.()).toMatchObject({ state: 'half-open' });
    await refusalOf(stack.get({ name: 'a' }, {}));
    await backend.call(2).answer('value');
    expect(await Promise.all(reads)).toEqual(['unavailable', 'unavailable', 'value']);
    expect(layersOf(stack)[0]?.snapshot?.()).toMatchObject({ state: 'closed' });
    // A second probe is not a change of state.
    expect(changes).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
  });
});

describe('a clock that is set', () => {
  it.each([
    { title: 'back by a day', by: -86_400_000 },
    { title: 'back by half a second', by: -500 },
  ])('$title does not keep a circuit open for longer', async ({ by }) => {
    const { open, clock, read } = setUp();
    await open();
    clock.ms += 4_000;
    expect(await read()).toBe('circuit_open');
    clock.ms += by;
    expect(await read()).toBe('circuit_open');
    clock.ms += 6_000 + (by < -1_000 ? 0 : -by);
    expect(await read()).toBe('a value');
  });

  it('forward half-opens it early, and has no other effect', async () => {
    const { open, clock, read, snapshot } = setUp();
    await open();
    clock.ms += 86_400_000;
    expect(await read('unavailable')).toBe('unavailable');
    expect(snapshot()).toMatchObject({ state: 'open' });
  });
});

describe('one circuit for each account', () => {
  it('keeps the failures of one account from the others', async () => {
    const { readAll, read, snapshot, changes, clock } = setUp({ per: 'account' });
    await readAll(['unavailable', 'unavailable', 'unavailable'], 'acct_1');
    expect(await read('a value', 'acct_1')).toBe('circuit_open');
    expect(await read('a value', 'acct_2')).toBe('a value');
    expect(await read()).toBe('a value');
    clock.ms += 1_000;
    expect(snapshot()).toEqual({
      circuits: 3,
      notClosed: [{ account: 'acct_1', state: 'open', retryAfterMs: 9_000 }],
      degraded: true,
      opened: 1,
      refused: 1,
    });
    expect(changes).toEqual([
      {
        provider: 'held',
        account: 'acct_1',
        from: 'closed',
        to: 'open',
        code: 'unavailable',
        openForMs: openMs,
      },
    ]);
  });

  it('is not the default: all accounts share one', async () => {
    const { readAll, read } = setUp();
    await readAll(['unavailable', 'unavailable', 'unavailable'], 'acct_1');
    expect(await read('a value', 'acct_2')).toBe('circuit_open');
  });

  it('has no account in the events of the default account', async () => {
    const { readAll, changes } = setUp({ per: 'account' });
    await readAll(['unavailable', 'unavailable', 'unavailable']);
    expect(changes[0]).not.toHaveProperty('account');
  });

  it('removes the least recently used account, which starts again as closed', async () => {
    const { readAll, read, snapshot } = setUp({ per: 'account', maxAccounts: 2 });
    for (const account of ['acct_1', 'acct_2'])
      await readAll(['unavailable', 'unavailable', 'unavailable'], account);
    expect(await read('a value', 'acct_1')).toBe('circuit_open'); // used
    expect(await read('a value', 'acct_3')).toBe('a value');
    expect(snapshot()).toMatchObject({ circuits: 2 });
    expect(await read('a value', 'acct_1')).toBe('circuit_open');
    expect(await read('a value', 'acct_2')).toBe('a value');
  });
});

describe('one breaker around two providers', () => {
  it('has separate circuits', async () => {
    const breaker = circuitBreaker({ strategy: consecutiveFailures(1) });
    const down: SecretProvider = { name: 'down', get: () => Promise.reject(failure('unavailable')) };
    const up: SecretProvider = { name: 'up', get: () => Promise.resolve(seal('value')) };
    const [one, other] = [createSecrets(breaker(down)), createSecrets(breaker(up))];
    expect([await outcome(one.get('a')), await outcome(one.get('a'))]).toEqual([
      'unavailable',
      'circuit_open',
    ]);
    expect(await outcome(other.get('a'))).toBe('value');
  });
});

describe('a failure rate', () => {
  const share = failureShare({ share: 0.5, windowMs: 10_000, minAttempts: 4 });

  it.each([
    { title: 'at the share', answers: ['up', 'up', 'down', 'down'], opens: true },
    { title: 'below the share', answers: ['up', 'up', 'up', 'down', 'down'], opens: false },
    { title: 'with too few attempts', answers: ['down', 'down', 'down'], opens: false },
    { title: 'with enough of them', answers: ['down', 'down', 'down', 'down'], opens: true },
    { title: 'at a successful attempt', answers: ['down', 'down', 'down', 'up'], opens: false },
    { title: 'at the next failed attempt', answers: ['down', 'down', 'down', 'up', 'down'], opens: true },
  ])('$title: opens: $opens', async ({ answers, opens }) => {
    const { readAll, snapshot } = setUp({ strategy: share });
    await readAll(answers.map((answer) => (answer === 'up' ? 'a value' : 'timeout')));
    expect(snapshot()).toMatchObject({ state: opens ? 'open' : 'closed' });
  });

  it.each([
    { laterMs: 8_999, opens: true },
    { laterMs: 10_000, opens: false },
  ])('counts the attempts in its window: $laterMs ms', async ({ laterMs, opens }) => {
    const { readAll, clock, snapshot } = setUp({ strategy: share });
    clock.ms = start + 999; // at the end of a step
    await readAll(['unavailable', 'unavailable', 'unavailable']);
    clock.ms += laterMs;
    await readAll(['unavailable']);
    expect(snapshot()).toMatchObject({ state: opens ? 'open' : 'closed' });
  });

  it('starts again when the circuit has closed', async () => {
    const { readAll, read, clock, snapshot } = setUp({ strategy: share });
    await readAll(['unavailable', 'unavailable', 'unavailable', 'unavailable']);
    clock.ms += openMs;
    await read();
    await readAll(['unavailable', 'unavailable', 'unavailable']);
    expect(snapshot()).toMatchObject({ state: 'closed' });
  });

  it('needs by default half of ten attempts within thirty seconds', () => {
    expect(failureShare().options).toEqual({ share: 0.5, windowMs: 30_000, minAttempts: 10 });
  });
});

describe('a strategy of your own', () => {
  it('counts each attempt, separately for each circuit, and is shown in the layer', async () => {
    const counted: unknown[] = [];
    let tallies = 0;
    const { readAll, clock, read, stack } = setUp({
      strategy: {
        name: 'third',
        options: { at: 3 },
        tally() {
          const mine = ++tallies;
          let count = 0;
          return {
            opens(down, now) {
              counted.push([mine, down, now - start]);
              return ++count === 3;
            },
          };
        },
      },
    });
    await readAll(['a value', 'unavailable', 'rate_limited', 'timeout']);
    clock.ms += openMs;
    await read();
    await read();
    expect(counted).toEqual([
      [1, false, 0],
      [1, true, 0],
      [1, true, 0],
      [2, false, openMs],
    ]);
    expect(layersOf(stack)[0]?.options).toEqual({
      strategy: { name: 'third', at: 3 },
      openMs,
      maxOpenMs: 60_000,
      per: 'provider',
      maxAccounts: 1_000,
    });
  });
});
