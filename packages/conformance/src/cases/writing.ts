import type { ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCalls, expectCode, expectMissing, expectValue } from '../outcome.js';
import { able } from './able.js';

const name = 'conformance-written';

export const writing: readonly ProviderCase[] = [
  able('set', {
    id: 'writing/set',
    title: 'what was written is read',
    why: 'nothing else works without it',
    async run({ secrets }) {
      await secrets.set(name, 'new');
      await expectValue(() => secrets.get(name), 'new');
    },
  }),
  able('set', {
    id: 'writing/after-miss',
    title: 'what was missing is there as soon as it is written, and gone as soon as it is deleted',
    why: 'an absence that is remembered outlives its mending',
    async run({ secrets }) {
      await expectMissing(() => secrets.get(name));
      await secrets.set(name, 'new');
      await expectValue(() => secrets.get(name), 'new');
      if (!secrets.can('delete')) return;
      await secrets.delete(name);
      await expectMissing(() => secrets.get(name));
    },
  }),
  able('set', {
    id: 'writing/replace',
    title: 'writing again replaces value and expiry together',
    why: 'a new value with an old expiry is gone when nobody expects it',
    async run({ secrets, facts: { expiryResolutionMs }, now }) {
      await secrets.set(
        name,
        'old',
        expiryResolutionMs === undefined ? {} : { expiresAt: new Date(now() + 60_000) },
      );
      await expectValue(() => secrets.get(name), 'old');
      await secrets.set(name, 'new');
      await expectValue(() => secrets.get(name), 'new');
      const { expiresAt } = await secrets.require(name);
      expectThat(expiresAt === undefined, 'no expiry', 'one, the old one perhaps');
    },
  }),
  able('set', {
    id: 'writing/empty',
    title: 'an empty value is refused before any call, and nothing is lost',
    why: 'clearing a secret is deleting it, and a variable that failed to load is empty',
    async run({ secrets, put, calls }) {
      await put({ name }, 'kept');
      await expectCalls(0, calls, () => expectCode(() => secrets.set(name, ''), 'invalid_argument'));
      await expectValue(() => secrets.get(name), 'kept');
    },
  }),
  able('set', {
    id: 'writing/surrogate',
    title: 'half of a surrogate pair is refused before any call',
    why: 'no backend can store it, and many replace it without a word',
    async run({ secrets, calls }) {
      await expectCalls(0, calls, () => expectCode(() => secrets.set(name, 'a\ud800'), 'invalid_argument'));
      await expectMissing(() => secrets.get(name));
    },
  }),
  able('set', {
    id: 'writing/at-once',
    title: 'of two writes at once, one value stays',
    why: 'a mixture of two values is no value',
    async run({ secrets }) {
      await Promise.all([secrets.set(name, 'first'), secrets.set(name, 'other')]);
      const value = (await secrets.require(name)).reveal();
      expectThat(value === 'first' || value === 'other', 'one of the two values', 'another one');
    },
  }),
  able('set', {
    id: 'writing/scopes',
    title: 'a write reaches one scope and no other',
    why: 'one tenant’s rotation must not be another’s outage',
    applies: ({ scopes }) => scopes.length > 0,
    async run({ secrets, put, facts: { scopes } }) {
      await put({ name }, 'of nobody in particular');
      for (const field of scopes) await put({ name, scope: { [field]: `acct_${field}` } }, `of ${field}`);
      for (const field of scopes) {
        await secrets.scoped({ [field]: `acct_${field}` }).set(name, `new of ${field}`);
      }
      await expectValue(() => secrets.get(name), 'of nobody in particular');
      for (const field of scopes) {
        await expectValue(() => secrets.scoped({ [field]: `acct_${field}` }).get(name), `new of ${field}`);
      }
    },
  }),
  able('delete', {
    id: 'writing/delete',
    title: 'what was deleted is missing, and can be written again',
    why: 'revocation must bite',
    async run({ secrets, put }) {
      await put({ name }, 'value');
      await expectValue(() => secrets.get(name), 'value');
      await secrets.delete(name);
      await expectMissing(() => secrets.get(name));
      await put({ name }, 'again');
      await expectValue(() => secrets.get(name), 'again');
    },
  }),
  able('delete', {
    id: 'writing/delete-scopes',
    title: 'a deletion reaches one scope and no other',
    why: 'revocation must bite one tenant',
    applies: ({ scopes }) => scopes.length > 0,
    async run({ secrets, put, facts: { scopes } }) {
      await put({ name }, 'of nobody in particular');
      for (const field of scopes) await put({ name, scope: { [field]: `acct_${field}` } }, `of ${field}`);
      await secrets.delete(name);
      await expectMissing(() => secrets.get(name));
      for (const field of scopes) {
        await expectValue(() => secrets.scoped({ [field]: `acct_${field}` }).get(name), `of ${field}`);
      }
    },
  }),
  able('delete', {
    id: 'writing/delete-missing',
    title: 'deleting what is not there is fine',
    why: 'a clean-up that runs twice is no error',
    run: ({ secrets }) => expectMissing(() => secrets.delete(name)),
  }),
];
