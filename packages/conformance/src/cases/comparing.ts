import type { ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import {
  describeOutcome,
  expectCalls,
  expectCode,
  expectMissing,
  expectValue,
  outcomeOf,
} from '../outcome.js';
import { withCapability } from './with-capability.js';

const name = 'conformance-compared';

/** Writes that compare the version: optimistic concurrency. */
export const comparing: readonly ProviderCase[] = [
  withCapability('compareAndSet', {
    id: 'comparing/right',
    title: 'compareAndSet with the current version writes, and returns the version that it made',
    why: 'the next write compares with that version',
    async run(context) {
      const { secrets } = context;
      const before = await putOne(context);
      const { version } = await secrets.compareAndSet(name, 'new', before);
      expectThat(version !== before, 'another version', 'the same');
      await expectValue(() => secrets.get(name), 'new');
      await expectCurrent(context, version);
      await secrets.compareAndSet(name, 'newest', version);
      await expectValue(() => secrets.get(name), 'newest');
    },
  }),
  withCapability('compareAndSet', {
    id: 'comparing/wrong',
    title: 'compareAndSet with another version is a conflict, and the value remains',
    why: 'a lost update removes the rotation of another writer',
    async run(context) {
      const { secrets, put } = context;
      const before = await putOne(context);
      await put({ name }, 'of another writer');
      await expectCode(() => secrets.compareAndSet(name, 'new', before), 'conflict');
      await expectValue(() => secrets.get(name), 'of another writer');
    },
  }),
  withCapability('compareAndSet', {
    id: 'comparing/create',
    title: 'compareAndSet with undefined creates a secret',
    why: 'it is how one of several processes makes the first version',
    async run(context) {
      const { secrets } = context;
      await expectMissing(() => secrets.get(name));
      const { version } = await secrets.compareAndSet(name, 'new', undefined);
      await expectValue(() => secrets.get(name), 'new');
      await expectCurrent(context, version);
    },
  }),
  withCapability('compareAndSet', {
    id: 'comparing/exists',
    title: 'compareAndSet with undefined is a conflict if the secret exists, and the value remains',
    why: 'it must not replace a secret that is in use',
    async run(context) {
      await putOne(context);
      await expectCode(() => context.secrets.compareAndSet(name, 'new', undefined), 'conflict');
      await expectValue(() => context.secrets.get(name), 'old');
    },
  }),
  withCapability('compareAndSet', {
    id: 'comparing/deleted',
    title: 'compareAndSet with the version of a deleted secret is a conflict, and creates nothing',
    why: 'a write must not undo a revocation',
    async run(context) {
      const { secrets, remove } = context;
      const before = await putOne(context);
      await remove({ name });
      await expectCode(() => secrets.compareAndSet(name, 'new', before), 'conflict');
      await expectMissing(() => secrets.get(name));
    },
  }),
  withCapability('compareAndSet', {
    id: 'comparing/recreated',
    title: 'a secret that was deleted and made anew has another version',
    why: 'otherwise a write replaces a value that it never saw (the ABA problem)',
    async run(context) {
      const { secrets, put, remove } = context;
      const before = await putOne(context);
      await remove({ name });
      await put({ name }, 'old');
      await expectCode(() => secrets.compareAndSet(name, 'new', before), 'conflict');
      await expectValue(() => secrets.get(name), 'old');
    },
  }),
  ...[false, true].map((exists) =>
    withCapability('compareAndSet', {
      id: `comparing/at-once-${exists ? 'replace' : 'create'}`,
      title: `of two concurrent writers that ${exists ? 'replace' : 'create'} a secret, exactly one succeeds`,
      why: 'with a read and then a write, both of them succeed, and one update is lost',
      async run(context: TestContext) {
        const { secrets } = context;
        const before = exists ? await putOne(context) : undefined;
        const values = ['first', 'other'];
        const outcomes = await Promise.all(
          values.map((value) => outcomeOf(() => secrets.compareAndSet(name, value, before))),
        );
        const winners = values.filter((_, at) => outcomes[at]?.kind === 'answer');
        expectThat(winners.length === 1, 'one success', outcomes.map(describeOutcome).join(' and '));
        for (const outcome of outcomes) {
          const isConflict =
            outcome.kind === 'answer' || (outcome.kind === 'failed' && outcome.error.code === 'conflict');
          expectThat(isConflict, 'a conflict for the other writer', describeOutcome(outcome));
        }
        await expectValue(() => secrets.get(name), winners[0] ?? '');
      },
    }),
  ),
  withCapability('compareAndSet', {
    id: 'comparing/malformed',
    title: 'an empty value and an empty version are refused before any call',
    why: 'a version that failed to load must not mean "must not exist"',
    run: ({ secrets, calls }) =>
      expectCalls(0, calls, async () => {
        await expectCode(() => secrets.compareAndSet(name, '', undefined), 'invalid_argument');
        await expectCode(() => secrets.compareAndSet(name, 'a\ud800', undefined), 'invalid_argument');
        await expectCode(() => secrets.compareAndSet(name, 'value', ''), 'invalid_argument');
      }),
  }),
  withCapability('compareAndSet', {
    id: 'comparing/scopes',
    title: 'compareAndSet changes exactly one scope',
    why: 'a rotation for one tenant must not break another',
    applies: ({ scopes }) => scopes.length > 0,
    async run(context) {
      const { secrets, traits } = context;
      await putOne(context);
      for (const field of traits.scopes) {
        const tenant = secrets.scoped({ [field]: `acct_${field}` });
        const { version } = await tenant.compareAndSet(name, `of ${field}`, undefined);
        await tenant.compareAndSet(name, `new of ${field}`, version);
        await expectValue(() => tenant.get(name), `new of ${field}`);
      }
      await expectValue(() => secrets.get(name), 'old');
    },
  }),
  ...(['before', 'after'] as const).flatMap((moment) =>
    [false, true].map((exists) =>
      withCapability('compareAndSet', {
        id: `comparing/lost-${moment}-${exists ? 'replace' : 'create'}`,
        title: `compareAndSet succeeds, once, if the connection is lost ${moment} the write is applied`,
        why: 'a write must not conflict with its own first attempt, and must not be lost',
        async run(context: TestContext) {
          const { secrets, loseWrite } = context;
          if (!loseWrite) return;
          const before = exists ? await putOne(context) : undefined;
          loseWrite(moment);
          const { version } = await secrets.compareAndSet(name, 'new', before);
          await expectValue(() => secrets.get(name), 'new');
          await expectCurrent(context, version);
          if (!secrets.can('listVersions')) return;
          const { length } = await secrets.listVersions(name);
          const expected = exists ? 2 : 1;
          expectThat(length === expected, `${expected} versions`, String(length));
        },
      }),
    ),
  ),
  withCapability('compareAndSet', {
    id: 'comparing/lost-equal',
    title: 'compareAndSet whose write is lost succeeds if another writer has written the same value',
    why: 'the secret has the value that the caller wants',
    async run(context) {
      const { secrets, put, loseWrite } = context;
      if (!loseWrite) return;
      const before = await putOne(context);
      await put({ name }, 'new');
      loseWrite('before');
      const { version } = await secrets.compareAndSet(name, 'new', before);
      await expectCurrent(context, version);
    },
  }),
  withCapability('compareAndSet', {
    id: 'comparing/lost-other',
    title: 'compareAndSet whose write is lost is a conflict if another writer has written another value',
    why: 'a repeated write must not replace an update of another writer',
    async run(context) {
      const { secrets, put, loseWrite } = context;
      if (!loseWrite) return;
      const before = await putOne(context);
      await put({ name }, 'of another writer');
      loseWrite('before');
      await expectCode(() => secrets.compareAndSet(name, 'new', before), 'conflict');
      await expectValue(() => secrets.get(name), 'of another writer');
    },
  }),
];

/** Puts a value, and returns its version. */
async function putOne({ secrets, put }: TestContext): Promise<string> {
  await put({ name }, 'old');
  const { version } = await secrets.require(name, { fresh: true });
  expectThat(version !== undefined, 'a value with its version, to compare with', 'none');
  return version ?? '';
}

async function expectCurrent({ secrets }: TestContext, version: string): Promise<void> {
  const current = await secrets.require(name, { fresh: true });
  expectThat(current.version === version, 'the version that the write returned', 'another one');
}
