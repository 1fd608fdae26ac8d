import { type Middleware, settled } from '@secretkit/core/middleware';
import {
  type CachedSecret,
  describeRef,
  describeScope,
  type InvalidateTarget,
  isSecret,
  isSecretError,
  type SecretChange,
  type SecretMemory,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import type { Case } from '../case.js';
import { expectThat } from '../failure.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { expectNoRejection } from '../leaks/expect-no-rejection.js';
import { expectValue } from '../outcome.js';

const name = 'conformance-wrapped';
const canary = 'CANARY-not-a-real-secret';

function throwing(): never {
  throw new TypeError(`cannot read ${canary}`);
}

async function rejecting(): Promise<never> {
  throw new TypeError(`cannot read ${canary}`);
}

/** Parts of `memory` with a mistake. An adapter in plain JavaScript may have any of them. */
const faultyParts = {
  'cached throws': { cached: throwing },
  'the reader of cached throws': { cached: () => throwing },
  'cached returns nothing': { cached: () => undefined },
  'cached is async': { cached: async () => () => undefined },
  'the reader of cached is async': { cached: () => async () => ({ secret: seal(canary) }) },
  'cached returns values that are not sealed': { cached: () => () => ({ secret: canary }) },
  'cached returns a text': { cached: () => () => canary },
  'invalidate throws': { invalidate: throwing },
  'subscribe throws': { subscribe: throwing },
  'subscribe returns nothing': { subscribe: () => undefined },
  'cached is async and rejects': { cached: rejecting },
  'the reader of cached is async and rejects': { cached: () => rejecting },
  'invalidate is async and rejects': { invalidate: rejecting },
  'subscribe is async and rejects': { subscribe: rejecting },
  'the end of a subscription is async and rejects': { subscribe: () => rejecting },
  'the end of a subscription throws': { subscribe: () => throwing },
  'cached returns another secret, but not sealed': {
    cached: () => () => ({ secret: { reveal: () => canary } }),
  },
  'cached returns a proxy of another secret': {
    cached: () => () => ({ secret: new Proxy(seal(canary), {}) }),
  },
  'subscribe reports at once, and not what it must': {
    subscribe(listener: (change: unknown) => void) {
      for (const change of [undefined, canary, { ref: { name }, secret: canary }, rejecting()])
        listener(change);
      return () => undefined;
    },
  },
} as unknown as Readonly<Record<string, SecretMemory>>; // on purpose

/** The rules for wrapping a provider with values in memory: each part of `memory` passes through. */
export const wrappingMemory: readonly Case<{ readonly wrap: Middleware }>[] = [
  {
    id: 'wrapping/cached-look',
    title: 'a look finds the value that the inner provider has in memory',
    why: 'a caller that cannot wait would see no value, though there is one',
    async run({ wrap }) {
      const inner = withMemory();
      const outer: SecretProvider = wrap(inner.provider);
      const look = outer.memory?.cached?.({ name });
      expectThat(look !== undefined, 'the part cached of memory', 'none');
      await expectValue(() => outer.get({ name }, {}), 'first');
      await expectValue(async () => look?.(false)?.secret, 'first');
    },
  },
  {
    id: 'wrapping/cached-read',
    title: 'a read from memory does not bypass a get that the middleware overrides',
    why: 'a read that bypasses get skips the work of the middleware',
    async run({ wrap }) {
      const inner = withMemory();
      const outer: SecretProvider = wrap(inner.provider);
      const read = outer.memory?.cached?.({ name })(true);
      if (read === undefined) return;
      const answer = outer.get({ name }, {});
      await expectValue(() => answer, 'first');
      const same = read.settled === answer; // get passes the promise of the inner provider on, too
      expectThat(same, 'no read from memory, or the promise that get returns', 'a read that bypasses get');
    },
  },
  {
    id: 'wrapping/invalidate',
    title: 'invalidate reaches the inner provider, with its target',
    why: 'otherwise a cache inside continues to serve a revoked value',
    async run({ wrap }) {
      const inner = withMemory();
      const outer: SecretProvider = wrap(inner.provider);
      const scope = { account: 'acct_one' };
      for (const target of [{ name, scope }, { scope }, undefined]) {
        outer.memory?.invalidate?.(target);
        const got = inner.invalidated.splice(0).map(describeTarget);
        const expected = describeTarget(target);
        expectThat(
          got.length === 1 && got[0] === expected,
          `one invalidation inside, of ${expected}`,
          got.join(', ') || 'none',
        );
      }
    },
  },
  {
    id: 'wrapping/subscribe',
    title: 'a change inside reaches a listener once, and none after the end of its subscription',
    why: 'otherwise an application keeps its connection with the old value',
    async run({ wrap }) {
      const inner = withMemory();
      const outer: SecretProvider = wrap(inner.provider);
      const changes: SecretChange[] = [];
      await expectValue(() => outer.get({ name }, {}), 'first');
      const stop = outer.memory?.subscribe?.((change) => {
        if (!('invalidate' in change)) changes.push(change);
      });
      expectThat(typeof stop === 'function', 'a function that ends the subscription', typeof stop);
      inner.rotate('second');
      await expectValue(() => outer.get({ name }, { fresh: true }), 'second');
      expectThat(changes.length === 1, 'one change', String(changes.length));
      await expectValue(async () => changes[0]?.secret, 'second');
      stop?.();
      inner.rotate('third');
      await expectValue(() => outer.get({ name }, { fresh: true }), 'third');
      expectThat(changes.length === 1, 'no change after the end of the subscription', 'another one');
    },
  },
  ...Object.entries(faultyParts).map(
    ([what, memory], at): Case<{ readonly wrap: Middleware }> => ({
      id: `wrapping/memory-faulty-${at + 1}`,
      title: `a part of memory that is faulty reveals nothing, and does not affect get: ${what}`,
      why: 'a mistake in an adapter must not leak a value, nor stop an application that only reads',
      async run({ wrap }) {
        const outer: SecretProvider = wrap({ name: 'faulty', get: async () => seal('value'), memory });
        const parts: readonly (() => unknown)[] = [
          () => outer.memory?.cached?.({ name })(false),
          () => outer.memory?.cached?.({ name })(true),
          () => outer.memory?.invalidate?.({ name }),
          () => outer.memory?.subscribe?.((change) => expectNoLeak(canary, change))(),
        ];
        await expectNoRejection(async () => {
          for (const part of parts) {
            try {
              const found = part() as CachedSecret | undefined; // or anything, such as a function
              expectThat(!isOther(found), 'the value of the secret, or undefined', 'another answer');
              expectNoLeak(canary, found);
            } catch (error) {
              if (!isSecretError(error)) throw error;
              expectNoLeak(canary, error);
            }
            await expectValue(() => outer.get({ name }, { fresh: true }), 'value');
          }
        });
      },
    }),
  ),
];

/** Whether it holds anything but the value of the secret. */
function isOther(found: CachedSecret | undefined): boolean {
  if (found?.secret === undefined) return false;
  return !isSecret(found.secret) || found.secret.reveal() !== 'value';
}

/** A provider with one secret, which is in its memory. */
interface ProviderWithMemory {
  readonly provider: SecretProvider & { readonly memory: Required<SecretMemory> };
  /** The targets of the invalidations so far. */
  readonly invalidated: (InvalidateTarget | undefined)[];
  /** Replaces the value, and notifies the listeners. */
  rotate(value: string): void;
}

function withMemory(): ProviderWithMemory {
  const listeners = new Set<(change: SecretChange) => void>();
  const invalidated: (InvalidateTarget | undefined)[] = [];
  let secret = seal('first');
  let promise = settled(secret);
  return {
    invalidated,
    rotate(value) {
      secret = seal(value);
      promise = settled(secret);
      for (const listener of listeners) listener({ ref: { name }, secret });
    },
    provider: {
      name: 'remembering',
      get: () => promise,
      memory: {
        cached: () => () => ({ secret, settled: promise }),
        invalidate(target) {
          invalidated.push(target);
        },
        subscribe(listener) {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
        explain: () => ({ state: 'fresh', layer: 'remembering' }),
      },
    },
  };
}

function describeTarget(target: InvalidateTarget | undefined): string {
  if (target === undefined) return 'everything';
  return 'name' in target ? `the ref ${describeRef(target)}` : `the scope ${describeScope(target.scope)}`;
}
