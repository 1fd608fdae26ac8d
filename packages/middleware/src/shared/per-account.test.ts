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

describe('one for each account', () => {
  it('knows the default account by its name', async () => {
    const asked: unknown[] = [];
    const provider = {
      name: 'store',
      canonical: ({ name, scope }) => ({ name, scope: { account: 'acct_default', ...scope } }),
      get: async (ref, _ctx: CallContext) => {
        asked.push(ref.scope?.account);
        throw failure('unavailable');
      },
      list: async ({ scope }) => {
        asked.push(scope?.account);
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
    expect(asked).toEqual([undefined, 'acct_other']);
  });

  it('asks for the default account by a ref that a provider can take', () => {
    const provider: SecretProvider = {
      name: 'store',
      get: async () => undefined,
      canonical: (ref) => {
        const { name, scope } = checkRef(ref);
        return { name, scope: { account: 'acct_default', ...scope } };
      },
    };
    const made: unknown[] = [];
    const each = perAccount('account', 10, provider, (account) => made.push(account));
    each.of(call());
    each.of({ ...call(), scope: { user: 'usr_1' } });
    expect(made).toEqual(['acct_default']);
  });

  it('goes by the ref as it was asked where the provider cannot tell', async () => {
    const secret = 'CANARY';
    const made: unknown[] = [];
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
      (account) => made.push(account),
    );
    each.of(call('acct_1'));
    each.of(call());
    expect(made).toEqual(['acct_1', undefined]);
  });

  it('keeps apart what looks like a name of an object’s own', () => {
    const each = perAccount('account', 10, { name: 'p', get: async () => undefined }, (account) => ({
      account,
    }));
    expect(each.of(call('__proto__'))).not.toBe(each.of(call('constructor')));
    expect(each.of(call('__proto__'))).toBe(each.of(call('__proto__')));
    expect([...each.all()].map(([account]) => account)).toEqual(['constructor', '__proto__']);
  });
});
