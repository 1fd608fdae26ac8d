import { createSecrets } from '@secretkit/core';
import type { Middleware } from '@secretkit/core/middleware';
import {
  type CallContext,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  type SecretVersion,
  seal,
} from '@secretkit/core/provider';
import type { Case } from '../case.js';
import { expectThat } from '../failure.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { expectCode, expectValue } from '../outcome.js';

const name = 'conformance-wrapped';
const canary = 'CANARY-not-a-real-secret';
const createdAt = new Date(1_000);
const listed: readonly SecretVersion[] = [
  { version: 'v2', stages: ['current', 'blue'], createdAt },
  { version: 'v1' },
];
const unclear = ['unavailable', 'timeout', 'unknown'] as const satisfies readonly SecretErrorCode[];

/** The rules for wrapping a provider with versions, compare-and-set and leases: each passes through unchanged. */
export const wrappingVersions: readonly Case<{ readonly wrap: Middleware }>[] = [
  {
    id: 'wrapping/version',
    title: 'the version of a ref reaches the inner provider, and two versions share no value',
    why: 'a service that is pinned to a version must not get another credential',
    async run({ wrap }) {
      const outer: SecretProvider = wrap(versioned().provider);
      for (let i = 0; i < 2; i += 1) {
        await expectValue(() => outer.get({ name, version: 'v1' }, {}), 'of v1');
        await expectValue(() => outer.get({ name, version: 'v2' }, {}), 'of v2');
        await expectValue(() => outer.get({ name }, {}), 'of current');
      }
      const refs = [{ name }, { name, version: 'v2' }, { name, version: 'v1' }];
      const answers = (await outer.getMany?.(refs, {})) ?? [];
      for (const [at, value] of ['of current', 'of v2', 'of v1'].entries()) {
        await expectValue(async () => answers[at], value);
      }
    },
  },
  {
    id: 'wrapping/list-versions',
    title: 'listVersions passes through, with its ref, its context and every fact of a version',
    why: 'a rollback chooses a version by its stage and its date',
    async run({ wrap }) {
      const inner = versioned();
      const outer: SecretProvider = wrap(inner.provider);
      const got = (await outer.listVersions?.({ name, scope: { user: 'usr_1' } }, { maxAttempts: 1 })) ?? [];
      const text = (versions: readonly SecretVersion[]): string => JSON.stringify(versions);
      expectThat(text(got) === text(listed), 'the versions of the inner provider', 'others, or none');
      const [call] = inner.calls;
      expectThat(inner.calls.length === 1, 'one call', String(inner.calls.length));
      expectThat(call?.ref.scope?.user === 'usr_1', 'the ref of the caller', 'another one');
      expectThat(call?.ctx.maxAttempts === 1, 'the context of the caller', 'another one');
    },
  },
  {
    id: 'wrapping/set-result',
    title: 'set returns the version that the inner provider made',
    why: 'the next write compares with that version',
    async run({ wrap }) {
      const result = await wrap(versioned().provider).set?.({ name }, seal('value'), {});
      expectThat(result?.version === 'v3', 'the version of the inner provider', 'another one, or none');
    },
  },
  {
    id: 'wrapping/compare-and-set',
    title: 'compareAndSet passes through, with its value, its expectation, its context and its result',
    why: 'an expectation that is lost replaces a value that nobody read',
    async run({ wrap }) {
      const inner = versioned();
      const outer: SecretProvider = wrap(inner.provider);
      for (const expected of ['v2', undefined]) {
        const idempotencyKey = `of the caller, ${expected}`;
        const result = await outer.compareAndSet?.({ name }, seal('value'), expected, { idempotencyKey });
        expectThat(result?.version === 'v3', 'the version of the inner provider', 'another one, or none');
        const call = inner.calls.pop();
        expectThat(inner.calls.length === 0, 'one call', String(inner.calls.length + 1));
        expectThat(call?.expected === expected, 'the expectation of the caller', 'another one');
        expectThat(call?.ref.name === name, 'the ref of the caller', 'another one');
        await expectValue(async () => call?.secret, 'value');
        expectThat(
          call?.ctx.idempotencyKey === idempotencyKey,
          "the caller's idempotency key",
          'another one',
        );
      }
    },
  },
  {
    id: 'wrapping/compare-conflict',
    title: 'a conflict of compareAndSet costs one call',
    why: 'the version cannot become the expected one again',
    async run({ wrap }) {
      const inner = versioned();
      inner.failWith('conflict');
      const outer: SecretProvider = wrap(inner.provider);
      await expectCode(async () => outer.compareAndSet?.({ name }, seal('value'), 'v1', {}), 'conflict');
      expectThat(inner.calls.length === 1, 'one call', String(inner.calls.length));
    },
  },
  ...unclear.map(
    (code): Case<{ readonly wrap: Middleware }> => ({
      id: `wrapping/compare-once-${code}`,
      title: `compareAndSet is not repeated by a layer after ${code}`,
      why: 'it may have been applied: only the client, which reads first, can repeat it',
      async run({ wrap }) {
        const inner = versioned();
        inner.failWith(code);
        const outer: SecretProvider = wrap(inner.provider);
        await expectCode(async () => outer.compareAndSet?.({ name }, seal('value'), 'v1', {}), code);
        expectThat(inner.calls.length === 1, 'one call', String(inner.calls.length));
      },
    }),
  ),
  {
    id: 'wrapping/compare-replaces',
    title: 'a read after compareAndSet returns the new value, also by its stage',
    why: 'a copy in memory from before the write is the old credential',
    async run({ wrap }) {
      let value = 'old';
      const outer = wrap({
        name: 'comparing',
        get: async () => seal(value, { version: value }),
        compareAndSet: async (_ref, secret) => {
          value = secret.reveal();
          return { version: value };
        },
        listVersions: async () => [{ version: value, stages: ['current'] }],
      });
      const secrets = createSecrets<SecretProvider>(outer);
      for (const ref of [{ name }, { name, version: 'current' }])
        await expectValue(() => secrets.get(ref), 'old');
      await secrets.compareAndSet(name, 'new', 'old');
      for (const ref of [{ name }, { name, version: 'current' }])
        await expectValue(() => secrets.get(ref), 'new');
    },
  },
  {
    id: 'wrapping/hold',
    title: 'hold passes through, with its ref and its version, and each hold is ended by itself',
    why: 'a credential that is revoked while a pool uses it is an outage',
    async run({ wrap }) {
      const held: string[] = [];
      const outer: SecretProvider = wrap({
        name: 'leasing',
        get: async () => seal('value', { version: 'v1' }),
        hold(ref, version) {
          const id = `${ref.name} ${ref.scope?.user} ${version} ${held.length + 1}`;
          held.push(id);
          return { [Symbol.dispose]: () => void held.splice(held.indexOf(id), held.includes(id) ? 1 : 0) };
        },
      });
      const ref = { name, scope: { user: 'usr_1' } };
      const [first, second] = [outer.hold?.(ref, 'v1'), outer.hold?.(ref, 'v2')];
      const all = `${name} usr_1 v1 1, ${name} usr_1 v2 2`;
      expectThat(held.join(', ') === all, 'two holds of the inner provider', held.join(', ') || 'none');
      first?.[Symbol.dispose]();
      first?.[Symbol.dispose]();
      expectThat(held.join() === `${name} usr_1 v2 2`, 'the other hold to remain', held.join(', ') || 'none');
      second?.[Symbol.dispose]();
      expectThat(held.length === 0, 'no hold', String(held.length));
    },
  },
  {
    id: 'wrapping/hold-failing',
    title: 'an error of hold that is not a SecretError becomes unknown, without its message',
    why: 'messages of drivers quote their input',
    async run({ wrap }) {
      const outer: SecretProvider = wrap({
        name: 'leasing',
        get: async () => seal('value', { version: 'v1' }),
        hold() {
          throw new TypeError(`cannot hold ${canary}`);
        },
      });
      expectNoLeak(canary, await expectCode(async () => outer.hold?.({ name }, 'v1'), 'unknown'));
    },
  },
];

interface RecordedCall {
  readonly ref: SecretRef;
  readonly ctx: CallContext;
  readonly secret?: unknown;
  readonly expected?: string | undefined;
}

/** A provider with two versions, which records its calls of `listVersions` and `compareAndSet`. */
function versioned() {
  const calls: RecordedCall[] = [];
  let failure: SecretErrorCode | undefined;
  const valueOf = ({ version = 'current' }: SecretRef) => seal(`of ${version}`, { version });
  const provider: SecretProvider &
    Required<Pick<SecretProvider, 'getMany' | 'set' | 'compareAndSet' | 'listVersions'>> = {
    name: 'versioned',
    get: async (ref) => valueOf(ref),
    getMany: async (refs) => refs.map(valueOf),
    set: async () => ({ version: 'v3' }),
    async compareAndSet(ref, secret, expected, ctx) {
      calls.push({ ref, ctx, secret, expected });
      if (failure) throw new SecretError(failure, 'as scripted.');
      return { version: 'v3' };
    },
    async listVersions(ref, ctx) {
      calls.push({ ref, ctx });
      return listed;
    },
  };
  return {
    provider,
    calls,
    failWith(code: SecretErrorCode) {
      failure = code;
    },
  };
}
