import { inspect } from 'node:util';
import { refKey } from '@secretkit/core/provider';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReference, parseReference, ref } from './reference.js';

const text = fc
  .string({ minLength: 1, unit: 'binary' })
  .filter((each) => each.isWellFormed() && !/\p{Cc}/u.test(each));

describe('a reference', () => {
  it.each([
    [ref('db-password'), 'secret://db-password'],
    [ref('prod/db/password'), 'secret://prod/db/password'],
    [ref('a b?c#d%'), 'secret://a%20b%3Fc%23d%25'],
    [ref('token', { user: 'usr_1' }), 'secret://token?user=usr_1'],
    [
      ref('token', { account: 'acct_1', user: 'a&b=c+d' }),
      'secret://token?account=acct_1&user=a%26b%3Dc%2Bd',
    ],
    [ref('db', { version: 'AWSPREVIOUS' }), 'secret://db?version=AWSPREVIOUS'],
    [ref('db', { field: 'password' }), 'secret://db#password'],
    [ref('db', { field: '/hosts/0/a~1b?#%' }), 'secret://db#/hosts/0/a~1b%3F%23%25'],
    [
      ref('db', { version: 'a&b', field: 'x', user: 'usr_1', account: 'acct_1' }),
      'secret://db?account=acct_1&user=usr_1&version=a%26b#x',
    ],
  ])('is written as a string: %o', (made, written) => {
    expect(made).toEqual({ $secret: written });
    expect(Object.isFrozen(made)).toBe(true);
  });

  it('parses to its ref and its field, for any name, scope, version and field', () => {
    const scope = fc.oneof(
      fc.constant(undefined),
      fc.record({ account: text, user: text }),
      fc.record({ account: text }),
      fc.record({ user: text }),
    );
    const details = fc.record({ version: text, field: text }, { requiredKeys: [] });
    fc.assert(
      fc.property(text, scope, details, (name, owner, { version, field }) => {
        const rest = { ...(version !== undefined && { version }), ...(field !== undefined && { field }) };
        const { $secret } = ref(name, { ...owner, ...rest });
        const parsed = parseReference($secret);
        const expected = { name, ...(owner && { scope: owner }), ...(version !== undefined && { version }) };
        expect(refKey(parsed.ref)).toBe(refKey(expected));
        expect(parsed.field).toBe(field);
        expect(isReference($secret)).toBe(true);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it.each([
    ['secret://a', { name: 'a' }],
    ['SECRET://a', { name: 'a' }],
    ['secret:///a/b', { name: '/a/b' }],
    ['secret://a:b@c', { name: 'a:b@c' }],
    ['secret://a%2Fb', { name: 'a/b' }],
    ['secret://a+b?user=c+d', { name: 'a+b', scope: { user: 'c+d' } }],
    ['secret://a?account=1&user=2', { name: 'a', scope: { account: '1', user: '2' } }],
    ['secret://a?user=2&account=1', { name: 'a', scope: { account: '1', user: '2' } }],
    ['secret://ключ', { name: 'ключ' }],
  ])('is parsed: %s', (written, parsed) => {
    expect(parseReference(written)).toEqual({ ref: parsed });
  });

  it.each([
    ['secret://a?version=1', { ref: { name: 'a', version: '1' } }],
    ['secret://a?version=1&user=2', { ref: { name: 'a', scope: { user: '2' }, version: '1' } }],
    ['secret://a#b', { ref: { name: 'a' }, field: 'b' }],
    ['secret://a#/b/0/c~1d%25', { ref: { name: 'a' }, field: '/b/0/c~1d%' }],
    ['secret://a#b=c&d', { ref: { name: 'a' }, field: 'b=c&d' }],
    ['secret://a%23b', { ref: { name: 'a#b' } }],
    ['secret://a?version=x%23y#b', { ref: { name: 'a', version: 'x#y' }, field: 'b' }],
  ])('is parsed, with its version and its field: %s', (written, parsed) => {
    expect(parseReference(written)).toEqual(parsed);
  });

  it.each([
    ['secret://', 'name'],
    ['secret:CANARY-a', 'secret://'],
    ['secret:/CANARY-a', 'secret://'],
    ['secret://?user=1', 'name'],
    ['secret://CANARY-a b', 'must not have white space'],
    [' secret://CANARY-ab', 'must not have white space'],
    ['secret://CANARY-ab\n', 'must not have white space'],
    ['secret://CANARY#', 'field'],
    ['secret://CANARY#a#b', '%23'],
    ['secret://CANARY#a?version=1', 'before its #'],
    ['secret://CANARY#%0a', 'control character'],
    ['secret://CANARY#%', '%25'],
    ['secret://#CANARY', 'name'],
    ['secret://a?version=', 'version'],
    ['secret://a?version=1&version=1', 'version once'],
    ['secret://a?field=CANARY', 'after its ?'],
    ['secret://CANARY-%', '%25'],
    ['secret://CANARY-%ff', '%25'],
    ['secret://CANARY-%00', 'control character'],
    ['secret://a?user=', 'scope.user'],
    ['secret://a?', 'after its ?'],
    ['secret://a?user', 'after its ?'],
    ['secret://a?CANARY-password', 'after its ?'],
    ['secret://a?CANARY-name=1', 'after its ?'],
    ['secret://a?user=1&', 'after its ?'],
    ['secret://a?user=1=2', 'after its ?'],
    ['secret://a?User=1', 'after its ?'],
    ['secret://a?user=1&user=1', 'user once'],
  ])('that is malformed is refused and not quoted: %j', (written, problem) => {
    let error: unknown;
    try {
      parseReference(written);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'invalid_argument', message: expect.stringContaining(problem) });
    expect(inspect(error)).not.toContain('CANARY');
    expect(isReference(written)).toBe(false);
  });

  it('must have a valid name and a valid scope', () => {
    expect(ref('a', {})).toEqual(ref('a'));
    expect(() => ref('')).toThrow(/^invalid_argument: name/);
    expect(() => ref('a', { user: undefined } as never)).toThrow(/^invalid_argument: scope\.user/);
    expect(() => ref('a', { version: undefined } as never)).toThrow(/^invalid_argument: version/);
    expect(() => ref('a', { field: undefined } as never)).toThrow(/^invalid_argument: field/);
    expect(() => ref('a', { field: '' })).toThrow(/^invalid_argument: field/);
    expect(() => ref('a', { filed: 'a' } as never)).toThrow(/"filed"/);
  });
});

it.each(['account', 'user', 'version', 'field'])(
  'a %s that was added to Object.prototype does not become part of a reference',
  (key) => {
    Object.defineProperty(Object.prototype, key, { value: 'other', configurable: true, writable: true });
    try {
      expect(ref('db').$secret).toBe('secret://db');
      expect(ref('db', {}).$secret).toBe('secret://db');
      expect(JSON.stringify(parseReference('secret://db'))).toBe('{"ref":{"name":"db"}}');
      expect(JSON.stringify(parseReference('secret://db?user=usr_1').ref.scope)).toBe('{"user":"usr_1"}');
    } finally {
      Reflect.deleteProperty(Object.prototype, key);
    }
  },
);

describe('isReference', () => {
  it.each([
    [ref('a'), true],
    [structuredClone(ref('a')), true],
    ['secret://a', true],
    ['xsecret://a', false],
    ['postgres://app:secret://a@host', false],
    ['\\secret://a', false],
    ['secret:a', false],
    ['hunter2', false],
    [{ $secret: 'a' }, false],
    [{ $secret: 'secret://a', more: 1 }, false],
    [{ $secret: 5 }, false],
    [{}, false],
    [null, false],
    [5, false],
  ])('%o: %s', (thing, is) => {
    expect(isReference(thing)).toBe(is);
  });
});
