import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';

type Manifest = Readonly<Record<string, unknown>>;

const { hooks } = createRequire(import.meta.url)('../../.pnpmfile.cjs') as {
  readonly hooks: { readonly beforePacking: (manifest: Manifest) => Manifest };
};

const field = fc.constantFrom('dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies');
const versions = fc.dictionary(fc.stringMatching(/^[a-z][a-z/@-]*$/), fc.constant('1.0.0'), { minKeys: 2 });

it('a packed manifest is the same in whatever order its dependencies were read', () => {
  fc.assert(
    fc.property(field, versions, (name, dependencies) => {
      const reversed = Object.fromEntries(Object.entries(dependencies).reverse());
      const packed = hooks.beforePacking({ name: 'a', [name]: dependencies, license: 'MIT' });
      expect(JSON.stringify(hooks.beforePacking({ name: 'a', [name]: reversed, license: 'MIT' }))).toBe(
        JSON.stringify(packed),
      );
      expect(packed).toEqual({ name: 'a', [name]: dependencies, license: 'MIT' });
    }),
  );
});
