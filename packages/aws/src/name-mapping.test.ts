import { isSecretError, type SecretRef } from '@secretkit/core/provider';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameMapping } from './name-mapping.js';
import { parameterNames } from './parameter-store/names.js';
import { secretNames } from './secrets-manager/names.js';

const stores = [
  ['Secrets Manager', secretNames, ['', 'apps/', 'a-/b_']],
  ['Parameter Store', parameterNames, ['/', '/apps/', '/a-/b_/']],
] as const;

const anyText = fc.string({ unit: fc.constantFrom(...'ab./-_:%é {}'), minLength: 1, maxLength: 6 });
const plainText = fc.constantFrom('a', 'b', 'ab', 'a.b', 'a/b', 'of', 'of/b', 'a/of/b');
const text = fc.oneof({ weight: 3, arbitrary: plainText }, { weight: 1, arbitrary: anyText });
const seed = 20_261_126;

describe.each(stores)('the names of %s', (_, rules, starts) => {
  const templates = starts.flatMap((start) => {
    const before = start === '' || start.endsWith('/') ? start : `${start}/`;
    return [`${start}x-{name}`, `${before}{account}/{name}`, `${before}{account}/of/{user}/{name}`];
  });

  it.each(templates)('two refs never share a name by %s, and a name leads back to its ref', (template) => {
    const mapping = nameMapping('test', { name: template }, rules);
    const scope = fc.record({
      ...(template.includes('{account}') && { account: text }),
      ...(template.includes('{user}') && { user: text }),
    });
    const idOf = (ref: SecretRef): string | undefined => {
      try {
        return mapping.find(ref)?.id;
      } catch (error) {
        if (isSecretError(error, 'invalid_argument')) return undefined;
        throw error;
      }
    };
    let found = 0;
    const ref = fc.record({ name: text, scope });
    fc.assert(
      fc.property(ref, ref, (one, other) => {
        const id = idOf(one);
        if (id === undefined) return;
        found += 1;
        expect(id).not.toContain('%');
        const before = mapping.before?.(one.scope) ?? '';
        expect([id.startsWith(before), id.slice(before.length)]).toEqual([true, one.name]);
        if (JSON.stringify(one) !== JSON.stringify(other)) expect(idOf(other)).not.toBe(id);
      }),
      { seed, numRuns: 1_000 },
    );
    expect(found).toBeGreaterThan(50);
  });

  it.each([
    '{name}',
    '',
    'x',
    '{name}x',
    '{account}',
    '{name}/{name}',
    '{account}{name}',
    '{account}-{name}',
    'x{account}/{name}',
    '{account}/{account}/{name}',
    '{tenant}/{name}',
    'a b/{name}',
    'a%2f{name}',
    'arn:aws:{name}',
    5,
  ])('refuses the template %j', (name) => {
    expect(() => nameMapping('test', { name: name as string }, rules)).toThrow(TypeError);
  });

  it.each([['a b'], [''], ['a:'], [5]])('refuses the prefix %j', (prefix) => {
    expect(() => nameMapping('test', { prefix: prefix as string }, rules)).toThrow(/^test: prefix must/);
  });

  it('refuses a prefix beside a name', () => {
    expect(() => nameMapping('test', { prefix: 'a/', name: '/b/{name}' }, rules)).toThrow(/not both/);
  });

  it.each(['', '.', '..', 'a/b', 'a b', 'a%2fb', 'é'])('the account %j is refused', (account) => {
    const mapping = nameMapping('test', { name: `${starts[1]}{account}/{name}` }, rules);
    expect(() => mapping.find({ name: 'a', scope: { account } })).toThrow(
      /invalid_argument: .*scope\.account/,
    );
  });

  it.each([5, null, '', 'a b'])('the result %j of a function is refused', (result) => {
    const mapping = nameMapping('test', { name: () => result as string }, rules);
    expect(() => mapping.find({ name: 'a' })).toThrow(/invalid_argument/);
  });
});
