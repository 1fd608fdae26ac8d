import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretPaths, segmentsOf } from './secret-path.js';

describe('a path', () => {
  it('is never resolved to another one, however often it is decoded', () => {
    const parts = fc.constantFrom(
      'a',
      '.',
      '..',
      '/',
      '%2e',
      '%2E',
      '%252e',
      '%2f',
      '%5c',
      '\\',
      '%',
      '2e',
      '25',
    );
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 8 }), (chosen) => {
        const path = chosen.join('');
        let decoded: string | undefined;
        try {
          segmentsOf(path);
          decoded = path;
        } catch {
          return; // it is refused
        }
        for (let i = 0; i < 4; i += 1) {
          const { pathname } = new URL(`https://vault.example/${decoded.replaceAll('\\', '/')}`);
          expect(pathname.split('/')).toHaveLength(decoded.replaceAll('\\', '/').split('/').length + 1);
          decoded = decoded.replaceAll(/%(25|2e|2f|5c)/gi, (encoded) => decodeURIComponent(encoded));
        }
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it('of a template is another one for each ref, and belongs to its scope', () => {
    const { find, before } = secretPaths('test', { name: 'apps/{account}/{user}/{name}' });
    const id = fc.string({
      minLength: 1,
      maxLength: 5,
      unit: fc.constantFrom('a', 'b', '-', '.', ':', '/', '%'),
    });
    const ref = fc.record({ name: id, account: id, user: id });
    const pathOf = ({ name, account, user }: { name: string; account: string; user: string }) => {
      try {
        return find({ name, scope: { account, user } });
      } catch {
        return undefined; // it is refused
      }
    };
    fc.assert(
      fc.property(ref, ref, (one, other) => {
        const [a, b] = [pathOf(one), pathOf(other)];
        if (a === undefined || b === undefined) return;
        expect(a === b).toBe(JSON.stringify(one) === JSON.stringify(other));
        const start = before?.({ account: one.account, user: one.user }) ?? '';
        expect(a).toBe(start + one.name);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it('of a function is what it returns; a ref without one is missing, and cannot be written', () => {
    const { find, place, before } = secretPaths('test', {
      name: ({ name }) => (name === 'none' ? undefined : `x/${name}`),
    });
    expect([find({ name: 'a' }), find({ name: 'none' }), before]).toEqual(['x/a', undefined, undefined]);
    expect(() => place({ name: 'none' })).toThrow(/returns undefined/);
    expect(() => find({ name: '../a' })).toThrow(/must not have the part/);
    const wrong = secretPaths('test', { name: () => 5 as never });
    expect(() => wrong.find({ name: 'a' })).toThrow(/must return a path/);
  });
});
