import { createSecrets } from '@secretkit/core';
import type { Middleware } from '@secretkit/core/middleware';
import {
  type CallContext,
  isSecretError,
  layersOf,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { counting, type FakeClock, fakeSecrets, faulty, watchedTimers } from '@secretkit/testing';
import { capabilitiesOf } from '../capabilities.js';
import type { Case } from '../case.js';
import { expectThat } from '../failure.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { expectCalls, expectCode, expectMissing, expectReason, expectValue } from '../outcome.js';
import { providerKinds } from '../provider-kinds.js';
import { wrappingExplain } from './explaining.js';
import { wrappingMemory } from './wrapping-memory.js';
import { wrappingVersions } from './wrapping-versions.js';

/** A middleware under test, and its clock. */
export interface Wrapper {
  readonly wrap: Middleware;
  readonly clock: FakeClock;
}

const name = 'conformance-wrapped';
const definitive = [
  'permission_denied',
  'unauthenticated',
  'invalid_argument',
  'conflict',
  'unknown',
] as const satisfies readonly SecretErrorCode[];

/** The rules for wrapping. */
export const wrapping: readonly Case<Wrapper>[] = [
  {
    id: 'wrapping/capabilities',
    title: 'a wrapped provider has exactly the capabilities of the inner provider',
    why: 'callers read capabilities off the object',
    async run({ wrap, clock }) {
      for (const [kind, make] of Object.entries(providerKinds)) {
        const inner = make(fakeSecrets({ clock }));
        const outer: SecretProvider = wrap(inner);
        const of = (provider: SecretProvider): string =>
          capabilitiesOf(provider).join(', ') || 'no capability';
        expectThat(of(outer) === of(inner), `${of(inner)} around ${kind}`, of(outer));
      }
    },
  },
  {
    id: 'wrapping/name',
    title: 'the name and the layers show the whole stack, outermost layer first',
    why: 'errors and dashboards name the stack, and a reader must find the layer',
    async run({ wrap }) {
      const { provider } = fakeSecrets();
      const inner = counting(provider).provider;
      const outer = wrap(inner);
      expectThat(outer.name.includes(inner.name), 'a name that includes the inner name', 'another name');
      const layers = layersOf(outer).map((layer) => layer.name);
      expectThat(layers.at(-1) === 'counting', 'the inner layers last', layers.join(', ') || 'none');
    },
  },
  {
    id: 'wrapping/canonical',
    title: 'canonical of the inner provider is used',
    why: 'without it, two refs of one secret are two entries of a cache',
    async run({ wrap }) {
      const outer: SecretProvider = wrap({
        name: 'folding',
        get: async () => seal('value'),
        canonical: ({ scope }) => ({ name: 'folded', ...(scope && { scope }) }),
      });
      const same = outer.canonical?.({ name }).name === 'folded';
      expectThat(same, 'the canonical ref of the inner provider', 'another ref, or none');
    },
  },
  ...wrappingMemory,
  ...wrappingExplain,
  ...wrappingVersions,
  {
    id: 'wrapping/context',
    title: 'the context of the caller reaches the inner provider, and its deadline is never raised',
    why: 'without it, a request runs longer than its caller, or a write happens twice',
    async run({ wrap, clock }) {
      const seen: CallContext[] = [];
      const outer: SecretProvider = wrap({
        name: 'recording',
        get: async (_ref, ctx) => {
          seen.push(ctx);
          return seal('value');
        },
        set: async (_ref, _secret, ctx) => {
          seen.push(ctx);
        },
      });
      const deadline = clock.now() + 500;
      await outer.get({ name }, { fresh: true, deadline, maxAttempts: 1 });
      await outer.set?.({ name }, seal('value'), { idempotencyKey: 'of the caller', deadline });
      const [read, write] = seen;
      expectThat(read?.fresh === true, 'a fresh read', 'a read that is not fresh');
      expectThat((write?.deadline ?? 0) <= deadline, 'the deadline or an earlier one', 'a later one');
      expectThat(write?.idempotencyKey === 'of the caller', "the caller's idempotency key", 'another key');
    },
  },
  {
    id: 'wrapping/apart',
    title: 'one middleware around two providers separates them',
    why: 'a middleware that keeps values by name only returns the secret of another backend',
    async run({ wrap }) {
      const one = fakeSecrets({ initial: { [name]: 'of one' } });
      const two = fakeSecrets();
      const [first, second] = [createSecrets(wrap(one.provider)), createSecrets(wrap(two.provider))];
      await expectValue(() => first.get(name), 'of one');
      await expectMissing(() => second.get(name));
      await first.close();
      await expectMissing(() => second.get(name));
    },
  },
  {
    id: 'wrapping/missing',
    title: 'a missing secret costs one call',
    why: 'a misspelt name must not use up the rate limit of other secrets',
    async run({ wrap }) {
      const { provider, calls } = counting(fakeSecrets().provider);
      await expectCalls(1, calls, () => expectMissing(() => wrap(provider).get({ name }, {})));
    },
  },
  ...definitive.map(
    (code): Case<Wrapper> => ({
      id: `wrapping/once-${code}`,
      title: `a definitive failure (${code}) costs one call`,
      why: 'a retry changes nothing, and can lock accounts',
      async run({ wrap }) {
        const fake = fakeSecrets();
        fake.fail(code);
        await expectCalls(1, fake.calls, () => expectCode(() => wrap(fake.provider).get({ name }, {}), code));
      },
    }),
  ),
  {
    id: 'wrapping/refused',
    title: 'a failure that the backend marks as not retryable costs one call, whatever its code',
    why: 'the backend would repeat the same answer',
    async run({ wrap }) {
      const fake = fakeSecrets();
      fake.fail(new SecretError('unavailable', 'do not try again.', { retryable: false }));
      await expectCalls(1, fake.calls, () =>
        expectCode(() => wrap(fake.provider).get({ name }, {}), 'unavailable'),
      );
    },
  },
  {
    id: 'wrapping/write-once',
    title: 'all attempts of one write have the same idempotency key, and two writes have two keys',
    why: 'without it, an attempt that arrives late undoes a newer write',
    async run({ wrap }) {
      const keys: (string | undefined)[] = [];
      let failures = 1;
      const secrets = createSecrets(
        wrap({
          name: 'writing',
          get: async () => undefined,
          set: async (_ref, _secret, { idempotencyKey }) => {
            keys.push(idempotencyKey);
            if (failures-- > 0) throw new SecretError('unavailable', 'as scripted.');
          },
        }),
      );
      await secrets.set(name, 'value').catch((error: unknown) => {
        if (!isSecretError(error, 'unavailable')) throw error;
      });
      const attempts = keys.length;
      await secrets.set(name, 'value');
      expectThat(
        keys.every((key) => key !== undefined),
        'a key on every attempt',
        'an attempt without a key',
      );
      expectThat(new Set(keys.slice(0, attempts)).size === 1, 'one key for one write', 'several keys');
      expectThat(keys.at(-1) !== keys[0], 'another key for another write', 'the same key');
    },
  },
  {
    id: 'wrapping/partly',
    title: 'in a batch that fails in part, the other refs keep their answers',
    why: 'one denied secret must not fail the whole configuration',
    async run({ wrap }) {
      const fake = fakeSecrets({ initial: { 'conformance-a': 'of a', 'conformance-c': 'of c' } });
      fake.fail('permission_denied', 'conformance-b');
      const secrets = createSecrets(wrap(fake.provider));
      const answers = await secrets.getManySettled({
        a: 'conformance-a',
        b: 'conformance-b',
        c: 'conformance-c',
        none: 'conformance-none',
      });
      await expectValue(async () => answers.a, 'of a');
      await expectCode(() => Promise.reject(answers.b), 'permission_denied');
      await expectValue(async () => answers.c, 'of c');
      await expectMissing(async () => answers.none);
    },
  },
  {
    id: 'wrapping/again',
    title: 'a retry of a batch requests only the refs that failed retryably',
    why: 'a retry of the whole batch multiplies the load on a backend in trouble',
    async run({ wrap }) {
      const store = fakeSecrets({ initial: { 'conformance-a': 'of a', 'conformance-b': 'of b' } });
      const requested: string[] = [];
      const failing = faulty(store.provider, (operation, ref) => {
        if (operation !== 'getMany' || !ref) return undefined;
        requested.push(ref.name);
        return ref.name === 'conformance-b' && requested.length <= 2 ? 'unavailable' : undefined;
      });
      const answers = await createSecrets(wrap(failing)).getManySettled({
        a: 'conformance-a',
        b: 'conformance-b',
      });
      await expectValue(async () => answers.a, 'of a');
      const again = requested.filter((each) => each === 'conformance-a').length;
      expectThat(again === 1, 'one request for the ref that had an answer', String(again));
    },
  },
  {
    id: 'wrapping/foreign',
    title: 'an error that is not a SecretError becomes unknown, without its message',
    why: 'messages of drivers quote their input',
    async run({ wrap }) {
      const canary = 'CANARY-not-a-real-secret';
      const fake = fakeSecrets();
      fake.fail(new TypeError(`cannot parse ${canary}`));
      expectNoLeak(canary, await expectCode(() => wrap(fake.provider).get({ name }, {}), 'unknown'));
    },
  },
  {
    id: 'wrapping/recovers',
    title: 'after an outage, a fresh read succeeds, and so do later reads',
    why: 'a short outage must not last until the restart',
    async run({ wrap, clock }) {
      const fake = fakeSecrets({ initial: { [name]: 'value' }, clock });
      const secrets = createSecrets(wrap(fake.provider));
      fake.fail('quota_exceeded');
      await expectCode(() => secrets.get(name), 'quota_exceeded');
      fake.heal();
      await expectValue(() => secrets.get(name, { fresh: true }), 'value');
      await expectValue(() => secrets.get(name), 'value');
    },
  },
  {
    id: 'wrapping/abort-alone',
    title: 'the abort of one reader ends only its own read',
    why: 'a cancelled request must not fail other requests',
    async run({ wrap }) {
      const fake = fakeSecrets();
      fake.hang();
      const secrets = createSecrets(wrap(fake.provider));
      const [first, second] = [new AbortController(), new AbortController()];
      let settled = false;
      const one = secrets.get(name, { signal: first.signal });
      const other = secrets.get(name, { signal: second.signal });
      const settle = (): void => {
        settled = true;
      };
      other.then(settle, settle);
      first.abort('of the first');
      await expectReason(() => one, 'of the first');
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      expectThat(!settled, 'the other read in flight', 'a settled read');
      second.abort('of the second');
      await expectReason(() => other, 'of the second');
    },
  },
  {
    id: 'wrapping/timers',
    title: 'no timer remains after the calls',
    why: 'a timer keeps the process alive',
    async run({ wrap }) {
      const fake = fakeSecrets({ initial: { [name]: 'value' } });
      const timers = watchedTimers();
      try {
        const secrets = createSecrets(wrap(fake.provider));
        for (let i = 0; i < 20; i += 1) await secrets.get(name, { fresh: true });
        fake.fail('unavailable');
        await secrets.get(name, { fresh: true }).catch(() => undefined);
        expectThat(timers.running() === 0, 'no timer', String(timers.running()));
      } finally {
        timers.restore();
      }
    },
  },
  {
    id: 'wrapping/closing',
    title: 'dispose disposes the inner provider, once, also when that fails',
    why: 'an open connection keeps the process alive',
    async run({ wrap }) {
      let closed = 0;
      const outer: SecretProvider = wrap({
        name: 'closing',
        get: async () => undefined,
        [Symbol.asyncDispose]: async () => {
          closed += 1;
          throw new SecretError('unavailable', 'as scripted.');
        },
      });
      await Promise.allSettled([outer[Symbol.asyncDispose]?.(), outer[Symbol.asyncDispose]?.()]);
      expectThat(closed === 1, 'one disposal', String(closed));
    },
  },
  {
    id: 'wrapping/not-a-provider',
    title: 'an argument that is not a provider is refused when the stack is built',
    why: 'a wrong stack must fail at the start, not at the first read',
    async run({ wrap }) {
      for (const wrong of [undefined, null, {}, { name: 'x' }, 'env']) {
        let refused = false;
        try {
          wrap(wrong as unknown as SecretProvider); // on purpose
        } catch (error) {
          refused = error instanceof TypeError;
        }
        expectThat(refused, 'a TypeError', 'no error');
      }
    },
  },
];
