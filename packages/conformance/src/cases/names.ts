import type { SecretRef } from '@secretkit/core/provider';
import type { Bench, ProviderCase } from '../case.js';
import { expectCalls, expectCode, expectMissing, expectValue } from '../outcome.js';

const malformed: Readonly<Record<string, unknown>> = {
  'an empty name': '',
  'a control character': 'a\nb',
  'a NUL': 'a\0b',
  'half of a surrogate pair': 'a\ud800',
  'a name of more than 5,000 characters': 'n'.repeat(5_001),
  'a number': 5,
  'an account that failed to load': { name: 'a', scope: { account: undefined } },
  'a user that is empty': { name: 'a', scope: { user: '' } },
};

/** Pairs of addresses that careless keys make one. */
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
      why: 'what is malformed may be a value in the wrong place, and must not travel',
      run: ({ secrets, calls }) =>
        expectCalls(0, calls, () => expectCode(() => secrets.get(ref as SecretRef), 'invalid_argument')), // on purpose
    }),
  ),
  ...['../x', 'a/../x', './x', 'x/', '/x', 'a//x', '%2e%2e/x', '%78', 'x?a=b', 'x#a'].map(
    (path, at): ProviderCase => ({
      id: `names/path-${at + 1}`,
      title: `${path} does not lead to x`,
      why: 'a name that is read as a path reads other people’s secrets',
      applies: ({ fold = itself }) => fold(path) !== fold('x'),
      async run({ secrets, put }) {
        await put({ name: 'x' }, 'of x');
        await expectMissing(() => secrets.get(path));
      },
    }),
  ),
  ...alike.map(
    ([one, two], at): ProviderCase => ({
      id: `names/alike-${at + 1}`,
      title: `${JSON.stringify(one)} and ${JSON.stringify(two)} are two secrets`,
      why: 'two addresses that collide hand one tenant the secret of another',
      applies: ({ fold = itself }) => one.scope !== two.scope || fold(one.name) !== fold(two.name),
      async run(bench) {
        await expectApart(bench, one, two);
        await expectApart(bench, two, one);
      },
    }),
  ),
  {
    id: 'names/case',
    title: 'upper and lower case are told apart, or folded as the backend says',
    why: 'two secrets that become one are one secret lost',
    async run({ secrets, put, facts: { fold = itself } }) {
      await put({ name: 'Case' }, 'of Case');
      if (fold('Case') === fold('case')) await expectValue(() => secrets.get('case'), 'of Case');
      else await expectMissing(() => secrets.get('case'));
    },
  },
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then'].map(
    (name): ProviderCase => ({
      id: `names/ordinary-${name}`,
      title: `${name} is an ordinary name`,
      why: 'objects have these by birth, and a store that is one answers for secrets that nobody wrote',
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
    why: 'a tenant without a secret of its own must not be served the platform’s',
    async run({ secrets, put }) {
      await put({ name: 'x' }, 'of nobody in particular');
      for (const scope of [{ user: 'usr_a' }, { account: 'acct_a' }, { account: 'acct_a', user: 'usr_a' }]) {
        await expectMissing(() => secrets.get({ name: 'x', scope }));
        await expectMissing(() => secrets.scoped(scope).get('x'));
      }
    },
  },
];

/** Writes to one address, and looks at both. An address in a scope that the backend does not have is missing. */
async function expectApart(
  { secrets, put, remove, facts }: Bench,
  one: SecretRef,
  two: SecretRef,
): Promise<void> {
  const there = Object.keys(one.scope ?? {}).every((field) => facts.scopes.some((known) => known === field));
  if (!there) return expectMissing(() => secrets.get(one));
  await put(one, 'of one');
  await expectValue(() => secrets.get(one), 'of one');
  await expectMissing(() => secrets.get(two));
  await remove(one);
  secrets.invalidate();
}

function itself(name: string): string {
  return name;
}
