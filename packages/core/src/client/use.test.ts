import { describe, expect, it, vi } from 'vitest';
import type { CallContext, SecretProvider } from '../contract/provider.js';
import { type Secret, seal } from '../contract/secret.js';
import { SecretError } from '../contract/secret-error.js';
import { createSecrets } from './create-secrets.js';

/** A store with a copy in memory: plain reads return the copy, fresh ones refresh it. */
function setUp(cooldownMs = 30_000) {
  const clock = { ms: 1_000 };
  const state = { stored: 'old' as string | undefined, copy: 'old' as string | undefined };
  const reads: CallContext[] = [];
  let fails: SecretError | undefined;
  const provider: SecretProvider = {
    name: 'store',
    async get(_ref, ctx) {
      reads.push(ctx);
      await Promise.resolve();
      if (fails && ctx.fresh) throw fails;
      if (ctx.fresh) state.copy = state.stored;
      return state.copy === undefined ? undefined : seal(state.copy);
    },
    memory: {
      cached: () => () => (state.copy === undefined ? undefined : { secret: seal(state.copy) }),
    },
  };
  const secrets = createSecrets(provider, { now: () => clock.ms, authCooldownMs: cooldownMs });
  const runs: string[] = [];
  /** Accepts the value `new` only. */
  const login = async (secret: Secret): Promise<string> => {
    runs.push(secret.reveal());
    await Promise.resolve();
    if (secret.reveal() !== 'new') throw Object.assign(new Error('refused'), { status: 401 });
    return 'in';
  };
  const fresh = (): number => reads.filter((ctx) => ctx.fresh).length;
  return { clock, state, reads, secrets, runs, login, fresh, fail: (error: SecretError) => (fails = error) };
}

describe('use', () => {
  it('runs once with the secret, and resolves with the result', async () => {
    const { secrets, state, runs, login, reads } = setUp();
    state.copy = 'new';
    expect(await secrets.use('token', login)).toBe('in');
    expect([runs, reads]).toEqual([['new'], [{}]]);
    expect(await secrets.use('token', (secret) => secret.reveal().length)).toBe(3);
  });

  it('reads again if the credential is refused, and runs once more with the new value', async () => {
    const { secrets, state, runs, login, fresh } = setUp();
    state.stored = 'new';
    expect(await secrets.use('token', login)).toBe('in');
    expect([runs, fresh()]).toEqual([['old', 'new'], 1]);
  });

  it('reads again for each failure where a request must not await the work of another one', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    const { secrets, state, login, fresh } = setUp();
    vi.unstubAllGlobals();
    state.stored = 'new';
    expect(await Promise.all([secrets.use('token', login), secrets.use('token', login)])).toEqual([
      'in',
      'in',
    ]);
    expect(fresh()).toBe(2);
  });

  it('reads again once for any number of concurrent failures', async () => {
    const { secrets, state, runs, login, fresh } = setUp();
    state.stored = 'new';
    const scoped = secrets.scoped({ user: 'usr_1' });
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        at % 2 ? scoped.use('token', login) : scoped.use({ name: 'token', scope: { user: 'usr_1' } }, login),
      ),
    );
    expect(new Set(all)).toEqual(new Set(['in']));
    expect([runs.length, fresh()]).toEqual([200, 1]);
  });

  it('does not read again if another caller has done so', async () => {
    const { secrets, state, login, fresh } = setUp();
    const late = async (secret: Secret): Promise<string> => {
      state.copy = 'new';
      return login(secret);
    };
    expect(await secrets.use('token', late)).toBe('in');
    expect(fresh()).toBe(0);
  });

  it('does not read a wrong credential again during the cooldown', async () => {
    const { clock, secrets, runs, login, fresh, state } = setUp();
    for (let i = 0; i < 5; i += 1) await expect(secrets.use('token', login)).rejects.toThrow('refused');
    expect([runs.length, fresh()]).toEqual([5, 1]);
    clock.ms += 29_999;
    await expect(secrets.use('token', login)).rejects.toThrow('refused');
    expect(fresh()).toBe(1);
    clock.ms += 1;
    state.stored = 'new';
    expect(await secrets.use('token', login)).toBe('in');
    expect(fresh()).toBe(2);
  });

  it('reads again at once if another value is refused', async () => {
    const { secrets, login, fresh, state } = setUp();
    await expect(secrets.use('token', login)).rejects.toThrow('refused');
    state.copy = 'other';
    state.stored = 'new';
    expect(await secrets.use('token', login)).toBe('in');
    expect(fresh()).toBe(2);
  });

  it('reads once after the failure without a memory', async () => {
    const reads: CallContext[] = [];
    let stored = 'old';
    const provider: SecretProvider = {
      name: 'store',
      async get(_ref, ctx) {
        reads.push(ctx);
        return seal(stored);
      },
    };
    const secrets = createSecrets(provider);
    const runs: string[] = [];
    const run = (secret: Secret): string => {
      runs.push(secret.reveal());
      if (secret.reveal() !== 'new') throw Object.assign(new Error('refused'), { status: 401 });
      return 'in';
    };
    await expect(secrets.use('token', run)).rejects.toThrow('refused');
    expect(reads).toEqual([{}, { fresh: true }]);
    stored = 'between';
    const using = secrets.use('token', (secret) => {
      stored = 'new';
      return run(secret);
    });
    expect(await using).toBe('in');
    expect(reads).toEqual([{}, { fresh: true }, {}, { fresh: true }]);
    expect(runs).toEqual(['old', 'between', 'new']);
  });

  it('reads again for a failure of another value than that of the read in flight', async () => {
    let copy = 'old';
    const answers: ((value: string) => void)[] = [];
    const secrets = createSecrets({
      name: 'store',
      get: (_ref, { fresh }) =>
        fresh
          ? new Promise((resolve) => answers.push((value) => resolve(seal(value))))
          : Promise.resolve(seal(copy)),
      memory: { cached: () => () => ({ secret: seal(copy) }) },
    });
    const run = async (secret: Secret): Promise<string> => {
      if (secret.reveal() === 'new') return 'in';
      throw Object.assign(new Error(`refused ${secret.reveal().length}`), { status: 401 });
    };
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const early = secrets.use('token', run).catch((error: unknown) => error);
    await turn();
    copy = 'later';
    const late = secrets.use('token', run);
    await turn();
    expect(answers).toHaveLength(2);
    answers[0]?.('later'); // from before the later failure
    answers[1]?.('new');
    expect(await late).toBe('in');
    expect(await early).toMatchObject({ message: 'refused 5' });
  });

  it('measures the cooldown by elapsed time, also if the clock is set back', async () => {
    const { clock, secrets, login, fresh } = setUp();
    await expect(secrets.use('token', login)).rejects.toThrow('refused');
    clock.ms -= 3_600_000;
    await expect(secrets.use('token', login)).rejects.toThrow('refused');
    expect(fresh()).toBe(2);
    clock.ms += 29_999;
    await expect(secrets.use('token', login)).rejects.toThrow('refused');
    expect(fresh()).toBe(2);
  });

  it('has cooldowns of at most a thousand secrets, and drops the oldest', async () => {
    const { secrets, login, fresh } = setUp();
    const use = (at: number) => secrets.use(`token-${at}`, login).catch(() => undefined);
    for (let at = 0; at < 1_001; at += 1) await use(at);
    expect(fresh()).toBe(1_001);
    await use(1_000);
    await use(1);
    expect(fresh()).toBe(1_001);
    await use(0);
    expect(fresh()).toBe(1_002);
  });

  it('starts the cooldown also if the read fails', async () => {
    const { clock, secrets, state, login, fresh, fail } = setUp();
    fail(new SecretError('unavailable', 'down.'));
    state.stored = 'new';
    await expect(secrets.use('token', login)).rejects.toThrow('refused');
    await expect(secrets.use('token', login)).rejects.toThrow('refused');
    expect(fresh()).toBe(1);
    clock.ms += 30_000;
    await expect(secrets.use('token', login)).rejects.toThrow('refused');
    expect(fresh()).toBe(2);
  });

  it.each([
    ['a status of 401', { status: 401 }, 2],
    ['a statusCode of 401', { statusCode: 401 }, 2],
    ['unauthenticated', new SecretError('unauthenticated', 'x.'), 2],
    ['another status', { status: 403 }, 1],
    ['another code', new SecretError('permission_denied', 'x.'), 1],
    ['nothing', undefined, 1],
    ['null', null, 1],
    ['a text', '401', 1],
  ])('detects the refusals of most clients: %s', async (_, thrown, runs) => {
    const { secrets, state } = setUp();
    state.stored = 'new';
    let count = 0;
    const run = (): never => {
      count += 1;
      throw thrown;
    };
    expect(await secrets.use('token', run).catch((error: unknown) => error)).toBe(thrown);
    expect(count).toBe(runs);
  });

  it('detects refusals by isAuthFailure', async () => {
    const { secrets, state, runs } = setUp();
    state.stored = 'new';
    const run = (secret: Secret): string => {
      runs.push(secret.reveal());
      if (secret.reveal() === 'old') throw new RangeError('28P01');
      return 'in';
    };
    expect(await secrets.use('token', run, { isAuthFailure: (error) => error instanceof RangeError })).toBe(
      'in',
    );
    expect(runs).toEqual(['old', 'new']);
  });

  it('rejects with the first failure if there is no other value', async () => {
    for (const spoil of ['missing', 'failing'] as const) {
      const { secrets, state, login, fail } = setUp();
      if (spoil === 'missing') state.stored = undefined;
      else fail(new SecretError('unavailable', 'down.'));
      await expect(secrets.use('token', login)).rejects.toThrow('refused');
    }
  });

  it('rejects with the failure of the second run', async () => {
    const { secrets, state } = setUp();
    state.stored = 'new';
    const run = (secret: Secret): never => {
      throw Object.assign(new Error(`refused ${secret.reveal().length === 3 ? 'again' : ''}`), {
        status: 401,
      });
    };
    await expect(secrets.use('token', run)).rejects.toThrow('refused again');
  });

  it('ends at the abort of its caller, and not for the other callers', async () => {
    const { secrets, state, login } = setUp();
    state.stored = 'new';
    const caller = new AbortController();
    const run = async (secret: Secret): Promise<string> => {
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => caller.abort('enough'))));
      return login(secret);
    };
    const [mine, theirs] = await Promise.allSettled([
      secrets.use('token', run, { signal: caller.signal }),
      secrets.use('token', login),
    ]);
    expect(mine).toEqual({ status: 'rejected', reason: 'enough' });
    expect(theirs).toEqual({ status: 'fulfilled', value: 'in' });
  });

  it('uses a value that came meanwhile, also during the cooldown', async () => {
    const { secrets, state, runs, login } = setUp();
    await expect(secrets.use('token', login)).rejects.toThrow('refused'); // the cooldown starts
    const late = secrets.use('token', async (secret) => {
      state.copy = 'new'; // by another read
      return login(secret);
    });
    expect(await late).toBe('in');
    expect(runs).toEqual(['old', 'old', 'new']);
  });

  it('rejects with the reason of an abort, also after another failure', async () => {
    const { secrets } = setUp();
    const caller = new AbortController();
    const run = (): never => {
      caller.abort('enough');
      throw new Error('of the database');
    };
    const ended = secrets.use('token', run, { signal: caller.signal });
    await expect(ended).rejects.toBe('enough');
  });

  it('rejects with its own failure if the client is closed meanwhile', async () => {
    const { secrets } = setUp();
    const run = async (): Promise<never> => {
      await secrets.close();
      throw Object.assign(new Error('refused'), { status: 401 });
    };
    await expect(secrets.use('token', run)).rejects.toThrow('refused');
  });

  it('passes its signal on', async () => {
    const { secrets, reads } = setUp();
    const { signal } = new AbortController();
    await secrets.use('token', (secret) => secret, { signal });
    expect(reads).toEqual([{ signal }]);
  });

  it('does not run for a missing secret or a wrong argument', async () => {
    const { secrets, state, login, runs } = setUp();
    state.copy = undefined;
    await expect(secrets.use('token', login)).rejects.toMatchObject({ code: 'not_found' });
    await expect(secrets.use('', login)).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(secrets.use('token', 'login' as never)).rejects.toThrow(
      /^invalid_argument: run must be a function, got string/,
    );
    await expect(secrets.use('token', login, { fresh: true } as never)).rejects.toThrow(
      /unknown option "fresh"/,
    );
    expect(runs).toEqual([]);
  });
});
