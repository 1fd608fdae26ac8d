import {
  type CallContext,
  checkOptions,
  checkRef,
  isSecretError,
  type Operation,
  refKey,
  type SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  type SetResult,
  seal,
  throwIfAborted,
} from '@secretkit/core/provider';
import { type FakeClock, fakeClock } from './fake-clock.js';
import { type InitialSecrets, memoryStore } from './memory-store.js';
import { never } from './never.js';
import { observedClock } from './observed-clock.js';
import { scriptedError } from './scripted-error.js';

export interface FakeSecretsOptions {
  /** The first contents: values by name, or pairs of a ref and a value where a scope is needed. @defaultValue none */
  readonly initial?: InitialSecrets;
  /** The clock that decides when secrets expire. @defaultValue a clock of its own */
  readonly clock?: FakeClock;
}

const writes: ReadonlySet<Operation> = new Set(['set', 'compareAndSet', 'delete']);

/** A backend for tests of an application: a test changes its contents without the application, and makes its calls fail. */
export interface FakeSecrets {
  /** The provider for the application. It has every capability. */
  readonly provider: SecretProvider &
    Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'compareAndSet' | 'delete' | 'listVersions'>>;
  /**
   * The clock that decides when secrets expire. Pass its `now` to each layer and to the client: `advance` throws after a call if
   * nothing has read it and no secret expires. That check is for a clock of its own only, not for one that was given.
   */
  readonly clock: FakeClock;
  /** Creates, rotates or replaces a secret without the provider. Returns the version that it made. */
  put(ref: string | SecretRef, value: string | Uint8Array, expiresAt?: Date): Promise<Required<SetResult>>;
  /** Deletes a secret without the provider. */
  remove(ref: string | SecretRef): Promise<void>;
  /**
   * Makes calls fail, until `heal`: with a code, a `SecretError`, or any other error, as a faulty adapter would.
   *
   * @param only - The one secret whose calls fail. Without it every call fails, lists included.
   * @throws `TypeError` for an unknown code.
   */
  fail(failure: SecretErrorCode | Error, only?: string | SecretRef): void;
  /**
   * Makes the next `set`, `compareAndSet` or `delete` fail with `unavailable`: before it is applied, or after, as when an answer
   * is lost.
   */
  loseWrite(moment: 'before' | 'after'): void;
  /** Makes calls hang, until `heal`. The signal of a call ends it. */
  hang(): void;
  /** Ends the effect of `fail` and `hang` on later calls. Calls that hang already continue to hang. */
  heal(): void;
  /** Returns the number of calls so far: all of them, or those of one operation. */
  calls(operation?: Operation): number;
  /** Returns the number of calls in flight. */
  pending(): number;
}

/**
 * Returns a backend for tests: secrets in memory, with rotation, expiry and failures that the test controls. Each write makes a
 * new version (`1`, `2`, …); a ref may name a version by its id, or by `current`, the stage of the newest one.
 *
 * @throws `TypeError` at construction, for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { fakeSecrets } from '@secretkit/testing';
 *
 * const fake = fakeSecrets({ initial: { token: 'before' } });
 * const secrets = createSecrets(fake.provider);
 * await fake.put('token', 'after', new Date(fake.clock.now() + 60_000)); // rotates the secret
 * fake.fail('unavailable', 'token'); // starts an outage
 * fake.heal(); // ends it
 * fake.clock.advance(60_000); // the value expires
 * console.log(await secrets.get('token')); // undefined
 * ```
 */
export function fakeSecrets(options: FakeSecretsOptions = {}): FakeSecrets {
  const { initial = {}, clock: given } = checkOptions('fakeSecrets', options, ['initial', 'clock']);
  const own = given ?? fakeClock();
  const store = memoryStore(initial, own.now);
  const operations: Operation[] = [];
  let inFlight = 0;
  let failing: { readonly failure: SecretErrorCode | Error; readonly only: string | undefined } | undefined;
  let hangs = false;
  let losing: 'before' | 'after' | undefined;

  async function call<T>(operation: Operation, { signal }: CallContext, run: () => T): Promise<T> {
    operations.push(operation);
    inFlight += 1;
    try {
      if (hangs) await never(signal);
      await Promise.resolve(); // a backend answers later
      throwIfAborted(signal);
      return run();
    } finally {
      inFlight -= 1;
    }
  }

  function failureOf(operation: Operation, ref?: SecretRef): Error | undefined {
    if (!failing || (failing.only !== undefined && (!ref || failing.only !== refKey(ref)))) return undefined;
    return scriptedError(failing.failure, { provider: 'fake', operation, ref });
  }

  function callUnlessFailing<T>(
    operation: Operation,
    ref: SecretRef | undefined,
    ctx: CallContext,
    run: () => T,
  ): Promise<T> {
    return call(operation, ctx, () => {
      const failure = failureOf(operation, ref);
      if (failure) throw failure;
      if (losing === undefined || !writes.has(operation)) return run();
      const moment = losing;
      losing = undefined;
      if (moment === 'after') run();
      throw scriptedError('unavailable', { provider: 'fake', operation, ref });
    });
  }

  return {
    clock: given ?? observedClock(own, () => operations.length > 0 && !store.expires),
    provider: Object.freeze<FakeSecrets['provider']>({
      name: 'fake',
      get: (ref, ctx) => callUnlessFailing('get', ref, ctx, () => store.get(ref)),
      getMany: (refs, ctx) =>
        callUnlessFailing('getMany', undefined, ctx, () =>
          refs.map((ref) => failureInPlace(failureOf('getMany', ref)) ?? store.get(ref)),
        ),
      list: (query, ctx) => callUnlessFailing('list', undefined, ctx, () => store.list(query)),
      set: (ref, secret, ctx) => callUnlessFailing('set', ref, ctx, () => store.set(ref, secret)),
      compareAndSet: (ref, secret, expected, ctx) =>
        callUnlessFailing('compareAndSet', ref, ctx, () => store.compareAndSet(ref, secret, expected)),
      listVersions: (ref, ctx) => callUnlessFailing('listVersions', ref, ctx, () => store.listVersions(ref)),
      delete: (ref, ctx) => callUnlessFailing('delete', ref, ctx, () => store.delete(ref)),
      memory: Object.freeze({ explain: store.explain }),
    }),
    put: async (ref, value, expiresAt) => store.set(checkRef(ref), seal(value, { expiresAt })),
    remove: async (ref) => store.delete(checkRef(ref)),
    fail(failure, only) {
      scriptedError(failure); // throws for an unknown code
      failing = { failure, only: only === undefined ? undefined : refKey(checkRef(only)) };
    },
    loseWrite(moment) {
      losing = moment;
    },
    hang() {
      hangs = true;
    },
    heal() {
      failing = undefined;
      losing = undefined;
      hangs = false;
    },
    calls: (operation) =>
      operation === undefined ? operations.length : operations.filter((each) => each === operation).length,
    pending: () => inFlight,
  };
}

// An error that is not a SecretError cannot be an answer: it fails the whole batch.
function failureInPlace(failure: Error | undefined): SecretError | undefined {
  if (failure === undefined || isSecretError(failure)) return failure;
  throw failure;
}
