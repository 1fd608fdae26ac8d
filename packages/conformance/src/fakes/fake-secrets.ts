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
  seal,
} from '@secretkit/core/provider';
import { type MemorySecretsOptions, memorySecrets } from '@secretkit/memory';
import { type FakeClock, fakeClock } from './fake-clock.js';
import { never } from './never.js';
import { scripted } from './scripted.js';

export interface FakeSecretsOptions {
  /** What is there from the beginning, as for `memorySecrets`. @defaultValue nothing */
  readonly initial?: MemorySecretsOptions['initial'];
  /** The clock that secrets expire by. @defaultValue one of its own */
  readonly clock?: FakeClock;
}

/** A backend for tests of an application: what it holds changes behind the application's back, and it fails when told to. */
export interface FakeSecrets {
  /** What the application reads from. It can do everything. */
  readonly provider: SecretProvider & Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'delete'>>;
  /** The clock that secrets expire by. */
  readonly clock: FakeClock;
  /** Creates, rotates or replaces a secret behind the provider's back. */
  put(ref: string | SecretRef, value: string, expiresAt?: Date): Promise<void>;
  /** Deletes a secret behind the provider's back. */
  remove(ref: string | SecretRef): Promise<void>;
  /**
   * Makes calls fail, until `heal`: with a code, with a `SecretError`, or with whatever an adapter might throw.
   *
   * @param only - The one secret that fails; without it everything does, lists too.
   * @throws `TypeError` for a code that there is not.
   */
  fail(failure: SecretErrorCode | Error, only?: string | SecretRef): void;
  /** Makes calls wait for ever, until `heal`. A call's abort ends it. */
  hang(): void;
  /** Ends what `fail` and `hang` began. Calls that hang already go on hanging. */
  heal(): void;
  /** How many calls there were: all of them, or those of one operation. */
  calls(operation?: Operation): number;
  /** How many calls are under way. */
  pending(): number;
}

/**
 * Secrets for the tests of an application: memory with scripted expiry, rotation and failures.
 *
 * @throws `TypeError` for wrong options, when it is built.
 * @example
 * ```ts
 * import { fakeSecrets } from '@secretkit/conformance';
 * import { createSecrets } from '@secretkit/core';
 *
 * const fake = fakeSecrets({ initial: { token: 'before' } });
 * const secrets = createSecrets(fake.provider);
 * await fake.put('token', 'after', new Date(fake.clock.now() + 60_000)); // a rotation
 * fake.fail('unavailable', 'token'); // an outage
 * fake.heal();
 * fake.clock.advance(60_000); // the end of the value
 * console.log(await secrets.get('token')); // undefined
 * ```
 */
export function fakeSecrets(options: FakeSecretsOptions = {}): FakeSecrets {
  checkOptions('fakeSecrets', options, ['initial', 'clock']);
  const { initial = {}, clock = fakeClock() } = options;
  const memory = memorySecrets({ initial, now: clock.now });
  const seen: Operation[] = [];
  let underWay = 0;
  let failing: { readonly failure: SecretErrorCode | Error; readonly only: string | undefined } | undefined;
  let hangs = false;

  async function call<T>(operation: Operation, { signal }: CallContext, run: () => Promise<T>): Promise<T> {
    seen.push(operation);
    underWay += 1;
    try {
      if (hangs) await never(signal);
      await Promise.resolve(); // a backend answers later
      return await run();
    } finally {
      underWay -= 1;
    }
  }

  function failureOf(operation: Operation, ref?: SecretRef): Error | undefined {
    if (!failing || (failing.only !== undefined && (!ref || failing.only !== refKey(ref)))) return undefined;
    return scripted(failing.failure, { provider: 'fake', operation, ref });
  }

  function unlessItFails<T>(
    operation: Operation,
    ref: SecretRef | undefined,
    ctx: CallContext,
    run: () => Promise<T>,
  ): Promise<T> {
    return call(operation, ctx, () => {
      const failure = failureOf(operation, ref);
      return failure ? Promise.reject(failure) : run();
    });
  }

  return {
    clock,
    provider: Object.freeze<FakeSecrets['provider']>({
      name: 'fake',
      get: (ref, ctx) => unlessItFails('get', ref, ctx, () => memory.get(ref, ctx)),
      getMany: (refs, ctx) =>
        call('getMany', ctx, async () => {
          const all = failureOf('getMany');
          if (all) throw all;
          const found = await memory.getMany(refs, ctx);
          return found.map((answer, at) => failureInPlace(failureOf('getMany', refs[at])) ?? answer);
        }),
      list: (query, ctx) => unlessItFails('list', undefined, ctx, () => memory.list(query, ctx)),
      set: (ref, secret, ctx) => unlessItFails('set', ref, ctx, () => memory.set(ref, secret, ctx)),
      delete: (ref, ctx) => unlessItFails('delete', ref, ctx, () => memory.delete(ref, ctx)),
    }),
    put: async (ref, value, expiresAt) => memory.set(checkRef(ref), seal(value, { expiresAt }), {}),
    remove: async (ref) => memory.delete(checkRef(ref), {}),
    fail(failure, only) {
      scripted(failure);
      failing = { failure, only: only === undefined ? undefined : refKey(checkRef(only)) };
    },
    hang() {
      hangs = true;
    },
    heal() {
      failing = undefined;
      hangs = false;
    },
    calls: (operation) =>
      operation === undefined ? seen.length : seen.filter((each) => each === operation).length,
    pending: () => underWay,
  };
}

/** What is no SecretError has no place among answers: it fails the batch. */
function failureInPlace(failure: Error | undefined): SecretError | undefined {
  if (failure === undefined || isSecretError(failure)) return failure;
  throw failure;
}
