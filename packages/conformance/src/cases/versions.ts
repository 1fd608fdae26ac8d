import type { SecretRef, SecretVersion } from '@secretkit/core/provider';
import type { ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCalls, expectCode, expectMissing, expectValue } from '../outcome.js';
import { withCapability } from './with-capability.js';

const name = 'conformance-versioned';
const unknown: SecretRef = { name, version: 'conformance-none' };

/** Refs with a version, and the capability `listVersions`, which a provider has if refs may name one. */
export const versions: readonly ProviderCase[] = [
  withCapability('listVersions', {
    id: 'versions/list',
    title:
      'listVersions returns each version once, newest first, and the newest is the one that a read returns',
    why: 'a rollback to the wrong version is an outage',
    async run(context) {
      const [newest, oldest] = await putTwo(context);
      expectThat(newest.version !== oldest.version, 'two ids', 'one id for two versions');
      const { version } = await context.secrets.require(name);
      expectThat(version === newest.version, 'the newest version first', 'another one');
      for (const { createdAt } of [newest, oldest]) {
        expectThat(
          createdAt === undefined || !Number.isNaN(createdAt.getTime()),
          'a valid date',
          'another one',
        );
      }
    },
  }),
  withCapability('listVersions', {
    id: 'versions/none',
    title: 'a missing secret has no versions',
    why: 'missing is an answer and not a failure',
    async run({ secrets }) {
      const { length } = await secrets.listVersions(name);
      expectThat(length === 0, 'an empty list', `${length} versions`);
    },
  }),
  withCapability('listVersions', {
    id: 'versions/read',
    title: 'a ref with a version reads that version, and a ref without one reads the current version',
    why: 'a service that is pinned to a version must not get another credential',
    async run(context) {
      const [newest, oldest] = await putTwo(context);
      const { secrets } = context;
      for (let i = 0; i < 2; i += 1) {
        await expectValue(() => secrets.get({ name, version: oldest.version }), 'first');
        await expectValue(() => secrets.get(name), 'second');
        await expectValue(() => secrets.get({ name, version: newest.version }), 'second');
      }
      const { version } = await secrets.require({ name, version: oldest.version });
      expectThat(version === oldest.version, 'the version of the ref', 'another one');
    },
  }),
  withCapability('listVersions', {
    id: 'versions/batch',
    title: 'a batch separates two versions of one secret',
    why: 'two versions of one name are two values',
    async run(context) {
      const [newest, oldest] = await putTwo(context);
      const found = await context.secrets.getMany({
        oldest: { name, version: oldest.version },
        current: name,
        newest: { name, version: newest.version },
        unknown,
      });
      await expectValue(async () => found.oldest, 'first');
      await expectValue(async () => found.current, 'second');
      await expectValue(async () => found.newest, 'second');
      await expectMissing(async () => found.unknown);
    },
  }),
  withCapability('listVersions', {
    id: 'versions/stage',
    title: 'a stage reads the version that it names at that moment',
    why: 'a stage that does not move serves a revoked credential',
    async run(context) {
      const { secrets, put } = context;
      const listed = await putTwo(context);
      for (const [at, { stages = [] }] of listed.entries()) {
        for (const stage of stages) {
          const value = at === 0 ? 'second' : 'first';
          await expectValue(() => secrets.get({ name, version: stage }), value);
        }
      }
      await put({ name }, 'third');
      const [newest] = await secrets.listVersions(name);
      for (const stage of newest?.stages ?? []) {
        await expectValue(() => secrets.get({ name, version: stage }), 'third');
      }
      expectThat(
        newest?.stages?.join() === listed[0].stages?.join(),
        'the stages of the newest version to move to the next one',
        'others',
      );
    },
  }),
  withCapability('listVersions', {
    id: 'versions/unknown',
    title: 'an unknown version is missing',
    why: 'the current value in its place would be the wrong credential',
    async run({ secrets, provider, put }) {
      await expectMissing(() => secrets.get(unknown));
      await put({ name }, 'value');
      await expectMissing(() => secrets.get(unknown));
      await expectMissing(() => provider.get(unknown, {}));
    },
  }),
  withCapability('listVersions', {
    id: 'versions/scopes',
    title: 'a version of one scope is missing in another one',
    why: 'an id of a version is not a secret, and must not give access to one',
    applies: ({ scopes }) => scopes.length > 0,
    async run({ secrets, put, traits: { scopes } }) {
      const [field = 'user'] = scopes;
      const scope = { [field]: 'acct_one' };
      await put({ name, scope }, 'of one');
      const [version] = await secrets.listVersions({ name, scope });
      expectThat(version !== undefined, 'one version', 'none');
      const id = version?.version ?? '';
      await expectValue(() => secrets.get({ name, scope, version: id }), 'of one');
      await expectMissing(() => secrets.get({ name, version: id }));
      const { length } = await secrets.listVersions(name);
      expectThat(length === 0, 'no versions in the default scope', String(length));
    },
  }),
  withCapability('listVersions', {
    id: 'versions/expiry',
    title: 'a ref with a version is missing from the expiry of that version on',
    why: 'a pinned version must not outlive its expiry',
    applies: ({ expiryResolutionMs }) => expiryResolutionMs !== undefined,
    async run({ secrets, put, now, advance, traits: { expiryResolutionMs: step = 1 } }) {
      const expiresAt = new Date((Math.floor(now() / step) + 2) * step);
      await put({ name }, 'value', expiresAt);
      const [version] = await secrets.listVersions(name);
      const ref = { name, version: version?.version ?? '' };
      await expectValue(() => secrets.get(ref), 'value');
      advance(expiresAt.getTime() - now());
      await expectMissing(() => secrets.get(ref));
    },
  }),
  withCapability('listVersions', {
    id: 'versions/written',
    title: 'a write makes a version, returns it, and moves the stages that a read has used',
    why: 'a write covers all versions of its name, copies in memory included',
    async run(context) {
      const { secrets } = context;
      const [newest] = await putTwo(context);
      if (!secrets.can('set')) return;
      for (const stage of newest.stages ?? []) await secrets.get({ name, version: stage });
      const { version } = await secrets.set(name, 'third');
      expectThat(version !== undefined, 'the version that the write made', 'none');
      const [written] = await secrets.listVersions(name);
      expectThat(written?.version === version, 'that version to be the newest', 'another one');
      for (const each of [version ?? '', ...(newest.stages ?? [])]) {
        await expectValue(() => secrets.get({ name, version: each }), 'third');
      }
      await expectValue(() => secrets.get({ name, version: newest.version }), 'second');
    },
  }),
  withCapability('listVersions', {
    id: 'versions/deleted',
    title: 'a delete removes every version',
    why: 'a revoked credential must not be readable by its version',
    async run(context) {
      const { secrets } = context;
      const listed = await putTwo(context);
      if (!secrets.can('delete')) return;
      for (const { version } of listed) await secrets.get({ name, version });
      await secrets.delete(name);
      for (const { version } of listed) await expectMissing(() => secrets.get({ name, version }));
      const { length } = await secrets.listVersions(name);
      expectThat(length === 0, 'an empty list', `${length} versions`);
    },
  }),
  {
    id: 'versions/unsupported',
    title:
      'without listVersions a ref with a version is unsupported, makes no call, and does not affect other refs',
    why: 'the current value in its place would be the wrong credential',
    async run({ secrets, provider, put, calls }) {
      if (provider.listVersions) return;
      await put({ name }, 'value');
      await expectCalls(0, calls, () => expectCode(() => secrets.get(unknown), 'unsupported'));
      await expectCalls(0, calls, () => expectCode(() => secrets.getMany({ unknown }), 'unsupported'));
      for (const refs of [
        { unknown, current: name },
        { current: name, unknown },
      ]) {
        const found = await secrets.getManySettled(refs);
        await expectCode(() => Promise.reject(found.unknown), 'unsupported');
        await expectValue(async () => found.current, 'value');
      }
    },
  },
  {
    id: 'versions/look',
    title: 'a look or a read from memory never returns another version than that of its ref',
    why: 'its result takes the place of a get',
    async run({ secrets, provider, put }) {
      await put({ name }, 'value');
      await expectValue(() => secrets.get(name), 'value');
      const read = provider.memory?.cached?.(unknown);
      for (const touch of [false, true]) {
        expectThat(read?.(touch) === undefined, 'undefined for an unknown version', 'a value');
      }
      await expectMissing(async () => secrets.peek(unknown));
    },
  },
];

/** Puts two versions, and returns them, newest first. */
async function putTwo({ secrets, put }: TestContext): Promise<readonly [SecretVersion, SecretVersion]> {
  await put({ name }, 'first');
  await put({ name }, 'second');
  const listed = await secrets.listVersions(name);
  const [newest, oldest] = listed;
  expectThat(listed.length === 2, 'two versions', String(listed.length));
  return [newest, oldest] as [SecretVersion, SecretVersion]; // there are two
}
