import type { SecretRef } from '@secretkit/core/provider';
import type { ProviderCase, TestContext } from '../case.js';
import { expectCalls, expectCode, expectMissing, expectValue } from '../outcome.js';

const malformed: Readonly<Record<string, unknown>> = {
  'an empty name': '',
  'a control character': 'a\nb',
  'a NUL': 'a\0b',
  'a lone surrogate': 'a\ud800',
  'a name of more than 5,000 characters': 'n'.repeat(5_001),
  'a number': 5,
  'an account that failed to load': { name: 'a', scope: { account: undefined } },
  'an empty user': { name: 'a', scope: { user: '' } },
  'a version that failed to load': { name: 'a', version: undefined },
  'an empty version': { name: 'a', version: '' },
  'a version with a control character': { name: 'a', version: '1\n' },
};

/** Pairs of addresses that a careless cache key does not separate. */
const alike: readonly (readonly [SecretRef, SecretRef])[] = [
  [{ name: 'my-app/prod/K' }, { name: 'my/app-prod/K' }],
  [
    { name: 'b:c', scope: { user: 'usr_a' } },
    { name: 'c', scope: { user: 'usr_a:b' } },
  ],
  [
    { name: 'x', scope: { account: 'acct_a' } },
    { name: 'x', scope: { user: 'acct_a' } },
  ],
  [
    { name: 'x', scope: { account: 'acct_a' } },
    { name: 'x', scope: { account: 'acct_a', user: 'acct_a' } },
  ],
  [
    { name: 'x', scope: { account: 'acct_a' } },
    { name: 'x', scope: { account: 'acct_b' } },
  ],
  [
    { name: 'x', scope: { user: 'usr_a' } },
    { name: 'x', scope: { user: 'usr_b' } },
  ],
  [{ name: 'usr_a/x' }, { name: 'x', scope: { user: 'usr_a' } }],
  [{ name: 'x' }, { name: 'x', scope: { account: 'acct_undefined' } }],
];

export const names: readonly ProviderCase[] = [
  ...Object.entries(malformed).map(
    ([what, ref], at): ProviderCase => ({
      id: `names/malformed-${at + 1}`,
      title: `${what} is refused before any call`,
      why: 'malformed input can be a value in the wrong place, and must not leave the process',
      run: ({ secrets, calls }) =>
        expectCalls(0, calls, () => expectCode(() => secrets.get(ref as SecretRef), 'invalid_argument')), // on purpose
    }),
  ),
  ...['../x', 'a/../x', './x', 'x/', '/x', 'a//x', '%2e%2e/x', '%78', 'x?a=b', 'x#a'].map(
    (path, at): ProviderCase => ({
      id: `names/path-${at + 1}`,
      title: `the name ${path} does not read the secret x`,
      why: 'a name that is resolved as a path can read secrets of others',
      applies: ({ fold = unchanged }) => fold(path) !== fold('x'),
      async run(context) {
        await context.put({ name: 'x' }, 'of x');
        await expectNotFound(context, { name: path });
      },
    }),
  ),
  ...alike.map(
    ([one, two], at): ProviderCase => ({
      id: `names/alike-${at + 1}`,
      title: `${JSON.stringify(one)} and ${JSON.stringify(two)} are two secrets`,
      why: 'if two addresses collide, one tenant gets the secret of another',
      applies: ({ fold = unchanged }) => one.scope !== two.scope || fold(one.name) !== fold(two.name),
      async run(context) {
        await expectApart(context, one, two);
        await expectApart(context, two, one);
      },
    }),
  ),
  {
    id: 'names/case',
    title: 'upper and lower case are distinguished, or folded as the traits say',
    why: 'if two secrets become one, one of them is lost',
    async run({ secrets, put, traits: { fold = unchanged } }) {
      await put({ name: 'Case' }, 'of Case');
      if (fold('Case') === fold('case')) await expectValue(() => secrets.get('case'), 'of Case');
      else await expectMissing(() => secrets.get('case'));
    },
  },
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then'].map(
    (name): ProviderCase => ({
      id: `names/ordinary-${name}`,
      title: `${name} is an ordinary name`,
      why: 'every object inherits these names, so a store that is an object returns values that nobody wrote',
      async run({ secrets, put }) {
        await expectMissing(() => secrets.get(name));
        await put({ name }, 'a value');
        secrets.invalidate();
        await expectValue(() => secrets.get(name), 'a value');
      },
    }),
  ),
  {
    id: 'names/unscoped',
    title: 'a scoped ref never reads an unscoped value',
    why: 'a tenant without a secret of its own must not get the secret of the platform',
    async run({ secrets, put }) {
      await put({ name: 'x' }, 'of the default scope');
      for (const scope of [{ user: 'usr_a' }, { account: 'acct_a' }, { account: 'acct_a', user: 'usr_a' }]) {
        await expectMissing(() => secrets.get({ name: 'x', scope }));
        await expectMissing(() => secrets.scoped(scope).get('x'));
      }
    },
  },
];

/** Writes to one address, and reads both. An address with a scope field that the backend does not have is missing. */
async function expectApart(context: TestContext, one: SecretRef, two: SecretRef): Promise<void> {
  const { secrets, put, remove, traits } = context;
  const supported = Object.keys(one.scope ?? {}).every((field) =>
    traits.scopes.some((known) => known === field),
  );
  if (!supported || traits.isName?.(one.name) === false) return expectNotFound(context, one);
  await put(one, 'of one');
  await expectValue(() => secrets.get(one), 'of one');
  await expectNotFound(context, two);
  await remove(one);
  secrets.invalidate();
}

/** Expects no secret: a name that the backend cannot hold is refused. */
async function expectNotFound({ secrets, traits }: TestContext, ref: SecretRef): Promise<void> {
  if (traits.isName?.(ref.name) !== false) return expectMissing(() => secrets.get(ref));
  await expectCode(() => secrets.get(ref), 'invalid_argument');
}

function unchanged(name: string): string {
  return name;
}
