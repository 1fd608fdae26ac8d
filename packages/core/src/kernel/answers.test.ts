import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.js';
import type { SecretProvider } from '../contract/provider.js';
import { seal } from '../contract/secret.js';
import {
  checkAnswers,
  checkCanonical,
  checkChange,
  checkExplanation,
  checkPage,
  checkVersion,
  checkVersions,
  malformed,
  unsupported,
} from './answers.js';

const date = new Date(1e12);

describe('an answer of a wrong shape', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a batch', () => checkAnswers([], [{ name: 'a' }], 'store'), /1 answers for 1 refs, got an? \w+/],
    ['a page', () => checkPage({ refs: 'CANARY' }), /a page of refs, got \w+/],
    ['a page with a ref of a wrong shape', () => checkPage({ refs: [{ name: 5 }] }), /a page of refs/],
    ['a page with a cursor of a wrong shape', () => checkPage({ refs: [], cursor: 5 }), /a page of refs/],
    ['a write without a version', () => checkVersion({}), /version/],
    ['versions', () => checkVersions('CANARY'), /list of versions, got \w+/],
    ['one version', () => checkVersions([{ version: '1' }, { version: '' }]), /list of versions/],
    ['a stage', () => checkVersions([{ version: '1', stages: [5] }]), /list of versions/],
    ['a canonical ref', () => checkCanonical({ name: '' }), /ref from canonical/],
  ])('is invalid_data, and names the expected one: %s', async (_, check, message) => {
    const error = await failureOf(check);
    expect(error).toMatchObject({ code: 'invalid_data', problem: expect.stringMatching(message) as unknown });
    expect((error as Error).message).not.toContain('CANARY');
  });

  it('is an object if its kind cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const throwing = Object.defineProperty({}, 'then', { get: () => proxy.toString() });
    for (const got of [proxy, throwing]) expect(malformed('a ref', got).problem).toContain('got an object');
    expect(checkAnswers([proxy, undefined], [{ name: 'a' }, { name: 'b' }], 'store')).toEqual([
      expect.objectContaining({ code: 'invalid_data', ref: { name: 'a' } }),
      undefined,
    ]);
    expect(malformed('a ref', 5).problem).toContain('got number');
  });
});

describe('a page', () => {
  it('has a cursor only if there is a next one', () => {
    expect(checkPage({ refs: [{ name: 'a', value: 'CANARY' }] })).toStrictEqual({ refs: [{ name: 'a' }] });
    expect(checkPage({ refs: [], cursor: 'next' })).toStrictEqual({ refs: [], cursor: 'next' });
  });
});

describe('an explanation', () => {
  it('keeps each field that the contract knows', () => {
    const found = {
      state: 'stale',
      layer: 'cache',
      backend: 'store',
      version: '2',
      similar: 'b',
      asOf: date,
      fetchedAt: new Date(1),
      staleAt: new Date(2),
      expiresAt: new Date(3),
      servableUntil: new Date(4),
      nextAttemptAt: new Date(5),
      failure: { code: 'timeout', at: new Date(6) },
    };
    expect(checkExplanation(found)).toStrictEqual(found);
    expect(checkExplanation({ state: 'fresh' })).toStrictEqual({ state: 'fresh' });
  });

  it.each<[string, unknown]>([
    ['a state', { state: 'CANARY' }],
    ['a text', { layer: 5, backend: {}, version: null, similar: '' }],
    ['a date', { asOf: 'CANARY', fetchedAt: 5, staleAt: new Date('never') }],
    ['a code', { failure: { code: 'CANARY', at: date } }],
    ['the name of an inherited member for a code', { failure: { code: 'toString', at: date } }],
    ['the code of a failure', { failure: { at: date } }],
    ['the time of a failure', { failure: { code: 'timeout' } }],
  ])('drops what is not %s', (_, found) => {
    expect(checkExplanation(found)).toStrictEqual({ state: 'absent' });
  });
});

describe('a change', () => {
  it.each([
    { invalidate: undefined },
    { invalidate: { name: 'a' } },
    { invalidate: { scope: { account: 'acct_1' } } },
    { invalidate: { name: 'a', scope: { user: 'u' } } },
  ])('may be an invalidation, which is passed on without other fields: %j', (change) => {
    expect(checkChange({ ...change, value: 'CANARY' } as never)).toStrictEqual(change);
  });

  it.each<[string, unknown]>([
    ['an invalidation of a text', { invalidate: 'a' }],
    ['an invalidation of null', { invalidate: null }],
    ['an invalidation of a name of a wrong kind', { invalidate: { name: 5 } }],
    ['an invalidation of a scope of a wrong kind', { invalidate: { scope: { account: 5 } } }],
    ['a ref of a wrong kind', { ref: { name: 5 }, secret: seal('CANARY') }],
    ['a secret of a wrong kind', { ref: { name: 'a' }, secret: 'CANARY' }],
    ['nothing', undefined],
  ])('is dropped if it has %s', (_, change) => {
    expect(checkChange(change as never)).toBeUndefined();
  });

  it('has a copy of the ref', () => {
    const secret = seal('value');
    const change = checkChange({ ref: { name: 'a', value: 'CANARY' } as never, secret });
    expect(change).toStrictEqual({ ref: { name: 'a' }, secret: expect.anything() as unknown });
    expect((change as { secret?: unknown }).secret).toBe(secret);
  });
});

describe('unsupported', () => {
  const store: SecretProvider = { name: 'store', get: async () => undefined };

  it.each([
    [{ name: 'a' }, 'set'],
    [{ name: 'a', version: '2' }, 'listVersions'],
  ])('names the capability that is absent: %j', (ref, capability) => {
    const error = unsupported(store, 'set', ref);
    expect(error).toMatchObject({ code: 'unsupported', provider: 'store', operation: 'set', ref });
    expect(error.problem).toContain(`can('${capability}')`);
  });
});
