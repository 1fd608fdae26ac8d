import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  copyRef,
  describeRef,
  describeScope,
  refKey,
  type SecretRef,
  toVariableName,
  withoutVersion,
} from '../contract/ref.js';
import { isSecretError } from '../contract/secret-error.js';
import { checkRef, checkScope } from './check-ref.js';

class Tenant {
  readonly account = 'acct_CANARY';
}

describe.each([
  ['a promise', Promise.resolve({ account: 'acct_CANARY' }), /got a promise \(await it\)/],
  ['a list', [], /got an array/],
  ['a map', new Map([['account', 'acct_CANARY']]), /got an instance of a class/],
  ['an instance of a class', new Tenant(), /got an instance of a class/],
])('a scope that is %s', (_, scope, message) => {
  it.each([() => checkScope(scope), () => checkRef({ name: 'a', scope: scope as never })])(
    'is refused, and does not mean the default scope',
    (check) => {
      expect(check).toThrow(message);
      expect(check).not.toThrow(/CANARY/);
    },
  );
});

it('a scope without a prototype is accepted', () => {
  expect(checkScope(Object.assign(Object.create(null), { user: 'usr_1' }))).toEqual({ user: 'usr_1' });
});

describe('checkRef', () => {
  it.each([
    ['token', { name: 'token' }],
    [{ name: 'token' }, { name: 'token' }],
    [
      { name: 'token', scope: {} },
      { name: 'token', scope: {} },
    ],
    [
      { name: 'token', scope: { account: 'a', user: 'u' } },
      { name: 'token', scope: { account: 'a', user: 'u' } },
    ],
    ['__proto__', { name: '__proto__' }],
    ['🔑/a b', { name: '🔑/a b' }],
    ['x'.repeat(5_000), { name: 'x'.repeat(5_000) }],
    [
      { name: 'token', version: 'AWSPREVIOUS' },
      { name: 'token', version: 'AWSPREVIOUS' },
    ],
    [
      { name: 'token', version: '2', scope: { user: 'u' } },
      { name: 'token', version: '2', scope: { user: 'u' } },
    ],
  ])('returns a frozen copy of %j', (input, ref) => {
    const checked = checkRef(input);
    expect(checked).toEqual(ref);
    expect(Object.isFrozen(checked)).toBe(true);
    expect(Object.isFrozen(checked.scope ?? checked)).toBe(true);
  });

  it.each([
    [undefined, /got undefined/],
    [null, /got null/],
    [5, /got number/],
    [['token'], /got an array/],
    ['', /name must not be empty/],
    ['x'.repeat(5_001), /at most 5000 characters, got 5001/],
    ['CANARY\n', /control character/],
    ['CANARY\u0000', /control character/],
    ['CANARY\u0085', /control character/],
    ['CANARY\ud800', /lone surrogate/],
    [{}, /name must be a string, got undefined/],
    [{ name: 5 }, /got number/],
    [{ name: 'a', value: 'x' }, /: ref: unknown field "value"/],
    [{ name: 'a', version: undefined }, /version must be a string, got undefined/],
    [{ name: 'a', version: null }, /version must be a string, got null/],
    [{ name: 'a', version: 2 }, /version must be a string, got number/],
    [{ name: 'a', version: '' }, /version must not be empty/],
    [{ name: 'a', version: 'CANARY\n' }, /control character/],
    [{ name: 'a', version: 'x'.repeat(5_001) }, /at most 5000 characters/],
    [{ name: 'a', scoped: {} }, /unknown field "scoped"/],
    [{ name: 'a', scope: undefined }, /scope must be .* got undefined/],
    [{ name: 'a', scope: null }, /got null/],
    [{ name: 'a', scope: 'acct_1' }, /got string/],
    [{ name: 'a', scope: { account: undefined } }, /scope\.account must be a string, got undefined/],
    [{ name: 'a', scope: { account: null } }, /scope\.account must be a string, got null/],
    [{ name: 'a', scope: { account: '' } }, /scope\.account must not be empty/],
    [{ name: 'a', scope: { user: undefined } }, /scope\.user must be a string/],
    [{ name: 'a', scope: { user: 5 } }, /scope\.user must be a string, got number/],
    [
      { name: 'a', scope: { acount: 'acct_1' } },
      /: scope: unknown field "acount"\. Known fields: account, user\./,
    ],
    [{ name: 'a', scope: { account: 'CANARY\n' } }, /control character/],
  ])('refuses %j, without quoting it', (input, message) => {
    let error: unknown;
    try {
      checkRef(input as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(isSecretError(error, 'invalid_argument')).toBe(true);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('CANARY');
  });
});

describe('checkScope', () => {
  it('does not add absent fields', () => {
    expect(Object.keys(checkScope({ user: 'u' }))).toEqual(['user']);
  });
});

describe('refKey', () => {
  const part = fc.option(
    fc.string({ unit: fc.constantFrom('a', ':', '-', '1', '/', '2', '\0', '\u0001', '🔑', '\ud800') }),
    {
      nil: undefined,
    },
  );
  const ref = fc.record({
    account: part,
    user: part,
    version: part,
    name: fc.string({ unit: fc.constantFrom('a', ':', '-', '1', '\0', '\u0001') }),
  });

  it('is equal for two refs only if they are equal', () => {
    fc.assert(
      fc.property(ref, ref, (one, two) => {
        const same = (['account', 'user', 'version', 'name'] as const).every(
          (field) => one[field] === two[field],
        );
        expect(keyOf(one) === keyOf(two)).toBe(same);
      }),
      { numRuns: 5_000, seed: 3 },
    );
  });

  it.each([
    [
      { user: 'a', name: 'b:c' },
      { user: 'a:b', name: 'c' },
    ],
    [
      { account: 'a', name: 'b' },
      { user: 'a', name: 'b' },
    ],
    [{ account: '-', name: 'x' }, { name: '-x' }],
    [{ account: 'a', name: 'b' }, { name: '\x001:a-b' }],
    [{ version: '1', name: 'a' }, { name: 'a' }],
    [{ version: '1', name: 'a' }, { name: '1:1a' }],
    [{ version: '1', name: 'a' }, { name: '\u0001--1:1a' }],
    [
      { version: '1', name: '2a' },
      { version: '12', name: 'a' },
    ],
    [
      { version: 'a', name: 'x' },
      { user: 'a', name: 'x' },
    ],
    [
      { version: '1', user: 'a', name: 'x' },
      { version: '1', user: 'b', name: 'x' },
    ],
  ])('differs for %j and %j', (one, two) => {
    expect(keyOf(one)).not.toBe(keyOf(two));
  });

  it('is the same for an empty scope and for none', () => {
    expect(refKey({ name: 'a', scope: {} })).toBe(refKey({ name: 'a' }));
  });

  function keyOf({
    name,
    account,
    user,
    version,
  }: {
    name: string;
    version?: string | undefined;
    account?: string | undefined;
    user?: string | undefined;
  }) {
    const scope = { ...(account !== undefined && { account }), ...(user !== undefined && { user }) };
    return refKey({ name, scope, ...(version !== undefined && { version }) });
  }
});

describe('describeRef', () => {
  it('shortens a long name', () => {
    expect(describeRef({ name: 'x'.repeat(500) })).toHaveLength(102);
    expect(describeRef({ name: 'a', scope: {} })).toBe('"a"');
    expect(describeRef({ name: 'a', version: 'x'.repeat(500) }).length).toBeLessThan(120);
  });

  it('shows the version and the scope', () => {
    expect(describeRef({ name: 'a', version: '2' })).toBe('"a" (version 2)');
    expect(describeRef({ name: 'a', version: '2', scope: { account: 'acct_1', user: 'u' } })).toBe(
      '"a" (version 2, account acct_1, user u)',
    );
  });
});

describe('describeScope', () => {
  it('shows the fields that are present', () => {
    expect(describeScope({ account: 'acct_1', user: 'usr_1' })).toBe('account acct_1, user usr_1');
    expect(describeScope({ user: 'usr_1' })).toBe('user usr_1');
    expect(describeScope({})).toBe('');
  });
});

describe('toVariableName', () => {
  it('is in upper case, with _ for every other character', () => {
    expect(toVariableName('stripe-secret.key2')).toBe('STRIPE_SECRET_KEY2');
  });
});

describe('copyRef', () => {
  it.each<SecretRef>([
    { name: 'a' },
    { name: 'a', version: '2' },
    { name: 'a', scope: {} },
    { name: 'a', scope: { user: 'u' } },
    { name: 'a', scope: { account: 'acct_1' }, version: '2' },
  ])('has the fields that are given, and no other: %j', (ref) => {
    const copy = copyRef({ ...ref, value: 'CANARY' } as SecretRef);
    expect(copy).toStrictEqual(ref);
    expect([Object.isFrozen(copy), Object.isFrozen(copy.scope)]).toEqual([true, true]);
  });
});

describe('withoutVersion', () => {
  it('returns the ref of the name', () => {
    const plain = { name: 'a', scope: { user: 'u' } };
    expect(withoutVersion({ ...plain, version: '2' })).toEqual(plain);
    expect(Object.isFrozen(withoutVersion({ ...plain, version: '2' }))).toBe(true);
    expect(withoutVersion(plain)).toBe(plain);
  });
});
