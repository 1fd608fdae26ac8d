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
import type { Case } from '../case.js';
import { expectThat } from '../failure.js';
import { counting } from '../fakes/counting.js';
import type { FakeClock } from '../fakes/fake-clock.js';
import { fakeSecrets } from '../fakes/fake-secrets.js';
import { faulty } from '../fakes/faulty.js';
import { watchedTimers } from '../fakes/watched-timers.js';
import { kindsOfProvider } from '../kinds-of-provider.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { expectCalls, expectCode, expectMissing, expectReason, expectValue } from '../outcome.js';

/** A middleware under test, and the clock that it was given. */
export interface Wrapper {
  readonly wrap: Middleware;
  readonly clock: FakeClock;
}

const name = 'conformance-wrapped';
const capabilities = ['getMany', 'list', 'set', 'delete'] as const;
const definitive = [
  'permission_denied',
  'unauthenticated',
  'invalid_argument',
  'conflict',
  'unknown',
] as const satisfies readonly SecretErrorCode[];

/** What wrapping may not change. */
export const wrapping: readonly Case<Wrapper>[] = [
  {
    id: 'wrapping/capabilities',
    title: 'what is wrapped can do what it could, and no more',
    why: 'callers read capabilities off the object: one that appears is a lie, one that is lost a feature',
    async run({ wrap, clock }) {
      for (const [kind, make] of Object.entries(kindsOfProvider)) {
        const inner = make(fakeSecrets({ clock }));
        const outer: SecretProvider = wrap(inner);
        const of = (provider: SecretProvider): string =>
          capabilities.filter((each) => provider[each]).join(', ') || 'nothing';
        expectThat(of(outer) === of(inner), `${of(inner)} around ${kind}`, of(outer));
      }
    },
  },
  {
    id: 'wrapping/name',
    title: 'the name and the layers tell what is wrapped, outermost first',
    why: 'errors and dashboards name the stack, and somebody must find the layer',
    async run({ wrap }) {
      const { provider } = fakeSecrets();
      const marked = counting(provider).provider;
      const outer = wrap(marked);
      expectThat(
        outer.name.includes(marked.name),
        'the name of what is inside within its own',
        'another name',
      );
      const layers = layersOf(outer).map((layer) => layer.name);
      expectThat(layers.at(-1) === 'counting', 'the layers inside, last', layers.join(', ') || 'none');
    },
  },
  {
    id: 'wrapping/memory',
    title: 'peek, invalidate, subscribe and canonical of what is inside are there',
    why: 'a cache inside that cannot be told to forget goes on serving what was revoked',
    async run({ wrap }) {
      const forgotten: unknown[] = [];
      const outer: SecretProvider = wrap({
        name: 'remembering',
        get: async () => seal('value'),
        canonical: ({ scope }) => ({ name: 'folded', ...(scope && { scope }) }),
        peek: () => undefined,
        invalidate: (target) => {
          forgotten.push(target);
        },
        subscribe: () => ({ [Symbol.dispose]: () => undefined }),
      });
      outer.invalidate?.({ name });
      expectThat(forgotten.length === 1, 'an invalidation inside', String(forgotten.length));
      expectThat(
        outer.canonical?.({ name }).name === 'folded',
        'the canonical ref of what is inside',
        'another',
      );
      expectThat(
        outer.peek !== undefined && outer.subscribe !== undefined,
        'peek and subscribe',
        'one is lost',
      );
    },
  },
  {
    id: 'wrapping/context',
    title: 'the wishes of the caller reach what is inside, and a deadline is never later',
    why: 'a wish that is lost on the way is a request that outlives its caller, or a write that happens twice',
    async run({ wrap, clock }) {
      const seen: CallContext[] = [];
      const outer: SecretProvider = wrap({
        name: 'listening',
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
      expectThat(read?.fresh === true, 'a fresh read', 'one that is not');
      expectThat((write?.deadline ?? 0) <= deadline, 'no later deadline', 'a later one');
      expectThat(write?.idempotencyKey === 'of the caller', "the caller's key", 'another one');
    },
  },
  {
    id: 'wrapping/apart',
    title: 'one middleware around two providers keeps them apart',
    why: 'a middleware that remembers by name alone hands one backend’s secret to the users of another',
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
    title: 'a missing secret is one call',
    why: 'a name that is mistyped once must not burn the allowance of all the others',
    async run({ wrap }) {
      const { provider, calls } = counting(fakeSecrets().provider);
      await expectCalls(1, calls, () => expectMissing(() => wrap(provider).get({ name }, {})));
    },
  },
  ...definitive.map(
    (code): Case<Wrapper> => ({
      id: `wrapping/once-${code}`,
      title: `a failure that is final (${code}) is one call`,
      why: 'asking again changes nothing, and locks accounts',
      async run({ wrap }) {
        const fake = fakeSecrets();
        fake.fail(code);
        await expectCalls(1, fake.calls, () => expectCode(() => wrap(fake.provider).get({ name }, {}), code));
      },
    }),
  ),
  {
    id: 'wrapping/refused',
    title: 'a failure that the backend calls final is one call, whatever its code',
    why: 'the backend knows, and repeats a saved answer for ever',
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
    title: 'all attempts of one write carry one key, and two writes carry two',
    why: 'an attempt that was thought lost and arrives late would undo a newer write',
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
        'an attempt without',
      );
      expectThat(new Set(keys.slice(0, attempts)).size === 1, 'one key for one write', 'several');
      expectThat(keys.at(-1) !== keys[0], 'another key for another write', 'the same');
    },
  },
  {
    id: 'wrapping/partly',
    title: 'in a batch that fails in part, the others keep their answers',
    why: 'one secret that is denied must not take the whole configuration with it',
    async run({ wrap }) {
      const fake = fakeSecrets({ initial: { 'conformance-a': 'of a', 'conformance-c': 'of c' } });
      fake.fail('permission_denied', 'conformance-b');
      const secrets = createSecrets(wrap(fake.provider));
      const settled = await secrets.getManySettled({
        a: 'conformance-a',
        b: 'conformance-b',
        c: 'conformance-c',
        none: 'conformance-none',
      });
      await expectValue(async () => settled.a, 'of a');
      await expectCode(() => Promise.reject(settled.b), 'permission_denied');
      await expectValue(async () => settled.c, 'of c');
      await expectMissing(async () => settled.none);
    },
  },
  {
    id: 'wrapping/again',
    title: 'a batch that is tried again asks only for what failed retryably',
    why: 'a batch that is repeated whole multiplies the load on a store that is struggling',
    async run({ wrap }) {
      const store = fakeSecrets({ initial: { 'conformance-a': 'of a', 'conformance-b': 'of b' } });
      const asked: string[] = [];
      const failing = faulty(store.provider, (operation, ref) => {
        if (operation !== 'getMany' || !ref) return undefined;
        asked.push(ref.name);
        return ref.name === 'conformance-b' && asked.length <= 2 ? 'unavailable' : undefined;
      });
      const settled = await createSecrets(wrap(failing)).getManySettled({
        a: 'conformance-a',
        b: 'conformance-b',
      });
      await expectValue(async () => settled.a, 'of a');
      const again = asked.filter((each) => each === 'conformance-a').length;
      expectThat(again === 1, 'one question for what had been answered', String(again));
    },
  },
  {
    id: 'wrapping/foreign',
    title: 'what a provider throws that is no SecretError is unknown, without its message',
    why: 'messages of drivers quote what they were given',
    async run({ wrap }) {
      const canary = 'CANARY-not-a-real-secret';
      const fake = fakeSecrets();
      fake.fail(new TypeError(`cannot parse ${canary}`));
      expectNoLeak(canary, await expectCode(() => wrap(fake.provider).get({ name }, {}), 'unknown'));
    },
  },
  {
    id: 'wrapping/recovers',
    title: 'a failure that has passed is forgotten by the next fresh read',
    why: 'an outage of a second must not last until the restart',
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
    title: 'one reader’s abort ends its own read and no other',
    why: 'a request that is cancelled must not fail its neighbours',
    async run({ wrap }) {
      const fake = fakeSecrets();
      fake.hang();
      const secrets = createSecrets(wrap(fake.provider));
      const [first, second] = [new AbortController(), new AbortController()];
      let over = false;
      const one = secrets.get(name, { signal: first.signal });
      const other = secrets.get(name, { signal: second.signal });
      const ended = (): void => {
        over = true;
      };
      other.then(ended, ended);
      first.abort('of the first');
      await expectReason(() => one, 'of the first');
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      expectThat(!over, 'a read that goes on', 'its end');
      second.abort('of the second');
      await expectReason(() => other, 'of the second');
    },
  },
  {
    id: 'wrapping/timers',
    title: 'no timer is left when the calls are over',
    why: 'a process with a timer does not exit',
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
    title: 'closing closes what is inside, once, also when it fails',
    why: 'a connection that nobody closes keeps the process alive',
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
      expectThat(closed === 1, 'one end', String(closed));
    },
  },
  {
    id: 'wrapping/no-provider',
    title: 'what is no provider is refused when the stack is built',
    why: 'a stack that is built wrongly should fail at the start, and not at the first read',
    async run({ wrap }) {
      for (const wrong of [undefined, null, {}, { name: 'x' }, 'env']) {
        let refused = false;
        try {
          wrap(wrong as unknown as SecretProvider); // on purpose
        } catch (error) {
          refused = error instanceof TypeError;
        }
        expectThat(refused, 'a TypeError', 'none');
      }
    },
  },
];
