import { type CallContext, checkRef, type SecretProvider, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, outcome } from '../../test/held-backend.js';
import { circuitBreaker, consecutiveFailures } from '../circuit-breaker/index.js';
import { perAccount } from './per-account.js';

const call = (account?: string) =>
  ({
    provider: 'p',
    operation: 'list',
    refs: [],
    scope: account === undefined ? undefined : { account },
  }) as const;

describe('the state of an account', () => {
  it('is shared by the default account and its name', async () => {
    const reads: unknown[] = [];
    const provider = {
      name: 'store',
      canonical: ({ name, scope }) => ({ name, scope: { account: 'acct_default', ...scope } }),
      get: async (ref, _ctx: CallContext) => {
        reads.push(ref.scope?.account);
        throw failure('unavailable');
      },
      list: async ({ scope }) => {
        reads.push(scope?.account);
        return { refs: [] };
      },
    } satisfies SecretProvider;
    const stack = circuitBreaker({ per: 'account', strategy: consecutiveFailures(1) })(provider);
    const get = (account?: string) =>
      outcome(stack.get({ name: 'a', ...(account && { scope: { account } }) }, {}));
    const list = (account?: string) =>
      outcome(stack.list(account ? { scope: { account } } : {}, {}) as Promise<never>);
    expect([await get(), await get('acct_default'), await list(), await list('acct_default')]).toEqual([
      'unavailable',
      'circuit_open',
      'circuit_open',
      'circuit_open',
    ]);
    expect(await get('acct_other')).toBe('unavailable');
    expect(reads).toEqual([undefined, 'acct_other']);
  });

  it('is found by a well-formed ref, also for a list', () => {
    const provider: SecretProvider = {
      name: 'store',
      get: async () => undefined,
      canonical: (ref) => {
        const { name, scope } = checkRef(ref);
        return { name, scope: { account: 'acct_default', ...scope } };
      },
    };
    const created: unknown[] = [];
    const each = perAccount('account', 10, provider, (account) => created.push(account));
    each.of(call());
    each.of({ ...call(), scope: { user: 'usr_1' } });
    expect(created).toEqual(['acct_default']);
  });

  it('is found by the ref of the call if canonical throws', async () => {
    const secret = 'CANARY';
    const created: unknown[] = [];
    const each = perAccount(
      'account',
      10,
      {
        name: 'odd',
        get: async () => seal('value'),
        canonical: () => {
          throw new Error(secret);
        },
      },
      (account) => created.push(account),
    );
    each.of(call('acct_1'));
    each.of(call());
    expect(created).toEqual(['acct_1', undefined]);
  });

  it('is not confused by names such as __proto__', () => {
    const each = perAccount('account', 10, { name: 'p', get: async () => undefined }, (account) => ({
      account,
    }));
    expect(each.of(call('__proto__'))).not.toBe(each.of(call('constructor')));
    expect(each.of(call('__proto__'))).toBe(each.of(call('__proto__')));
    expect([...each.all()].map(([account]) => account)).toEqual(['constructor', '__proto__']);
  });
});
