import type { ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCalls, expectCode, expectMissing, expectValue } from '../outcome.js';
import { withCapability } from './with-capability.js';

const name = 'conformance-written';

export const writing: readonly ProviderCase[] = [
  withCapability('set', {
    id: 'writing/set',
    title: 'a read returns the value of the last write',
    why: 'all other cases depend on it',
    async run({ secrets }) {
      await secrets.set(name, 'new');
      await expectValue(() => secrets.get(name), 'new');
    },
  }),
  withCapability('set', {
    id: 'writing/after-miss',
    title: 'a missing secret exists as soon as it is written, and is missing as soon as it is deleted',
    why: 'a cached miss must not hide a new secret',
    async run({ secrets }) {
      await expectMissing(() => secrets.get(name));
      await secrets.set(name, 'new');
      await expectValue(() => secrets.get(name), 'new');
      if (!secrets.can('delete')) return;
      await secrets.delete(name);
      await expectMissing(() => secrets.get(name));
    },
  }),
  withCapability('set', {
    id: 'writing/replace',
    title: 'a second write replaces value and expiry together',
    why: 'a new value with an old expiry disappears unexpectedly',
    async run({ secrets, traits: { expiryResolutionMs }, now }) {
      await secrets.set(
        name,
        'old',
        expiryResolutionMs === undefined ? {} : { expiresAt: new Date(now() + 60_000) },
      );
      await expectValue(() => secrets.get(name), 'old');
      await secrets.set(name, 'new');
      await expectValue(() => secrets.get(name), 'new');
      const { expiresAt } = await secrets.require(name);
      expectThat(expiresAt === undefined, 'no expiry', 'one');
    },
  }),
  withCapability('set', {
    id: 'writing/empty',
    title: 'an empty value is refused before any call, and the old value remains',
    why: 'a variable that failed to load is empty, and a secret is cleared with delete',
    async run({ secrets, put, calls }) {
      await put({ name }, 'kept');
      await expectCalls(0, calls, () => expectCode(() => secrets.set(name, ''), 'invalid_argument'));
      await expectValue(() => secrets.get(name), 'kept');
    },
  }),
  withCapability('set', {
    id: 'writing/surrogate',
    title: 'a value with a lone surrogate is refused before any call',
    why: 'no backend can store it, and many replace it silently',
    async run({ secrets, calls }) {
      await expectCalls(0, calls, () => expectCode(() => secrets.set(name, 'a\ud800'), 'invalid_argument'));
      await expectMissing(() => secrets.get(name));
    },
  }),
  withCapability('set', {
    id: 'writing/at-once',
    title: 'after two concurrent writes, the value is one of the two',
    why: 'a mixture of two values is useless',
    async run({ secrets }) {
      await Promise.all([secrets.set(name, 'first'), secrets.set(name, 'other')]);
      const value = (await secrets.require(name)).reveal();
      expectThat(value === 'first' || value === 'other', 'one of the two values', 'another value');
    },
  }),
  withCapability('set', {
    id: 'writing/scopes',
    title: 'a write changes exactly one scope',
    why: 'a rotation for one tenant must not break another',
    applies: ({ scopes }) => scopes.length > 0,
    async run({ secrets, put, traits: { scopes } }) {
      await put({ name }, 'of the default scope');
      for (const field of scopes) await put({ name, scope: { [field]: `acct_${field}` } }, `of ${field}`);
      for (const field of scopes) {
        await secrets.scoped({ [field]: `acct_${field}` }).set(name, `new of ${field}`);
      }
      await expectValue(() => secrets.get(name), 'of the default scope');
      for (const field of scopes) {
        await expectValue(() => secrets.scoped({ [field]: `acct_${field}` }).get(name), `new of ${field}`);
      }
    },
  }),
  withCapability('delete', {
    id: 'writing/delete',
    title: 'a deleted secret is missing, and can be created again',
    why: 'a revocation must take effect',
    async run({ secrets, put }) {
      await put({ name }, 'value');
      await expectValue(() => secrets.get(name), 'value');
      await secrets.delete(name);
      await expectMissing(() => secrets.get(name));
      await put({ name }, 'again');
      await expectValue(() => secrets.get(name), 'again');
    },
  }),
  withCapability('delete', {
    id: 'writing/delete-scopes',
    title: 'a delete changes exactly one scope',
    why: 'a revocation for one tenant must not affect another',
    applies: ({ scopes }) => scopes.length > 0,
    async run({ secrets, put, traits: { scopes } }) {
      await put({ name }, 'of the default scope');
      for (const field of scopes) await put({ name, scope: { [field]: `acct_${field}` } }, `of ${field}`);
      await secrets.delete(name);
      await expectMissing(() => secrets.get(name));
      for (const field of scopes) {
        await expectValue(() => secrets.scoped({ [field]: `acct_${field}` }).get(name), `of ${field}`);
      }
    },
  }),
  withCapability('delete', {
    id: 'writing/delete-missing',
    title: 'the delete of a missing secret resolves',
    why: 'a clean-up can run twice',
    run: ({ secrets }) => expectMissing(() => secrets.delete(name)),
  }),
];
