import {
  type Answer,
  type CallContext,
  type Operation,
  type Secret,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';

/** A backend call that is pending until the test answers it. */
export interface HeldCall {
  readonly operation: Operation;
  readonly names: readonly string[];
  readonly ctx: CallContext;
  /** Answers the refs in order: a value, `undefined` for a missing secret, or an error for that ref alone. */
  answer(...answers: (string | Secret | SecretError | undefined)[]): Promise<void>;
  /** Rejects the call as a whole. */
  fail(error: unknown): Promise<void>;
}

/** A backend whose calls are pending until the test answers them. */
export interface HeldBackend {
  readonly provider: SecretProvider &
    Required<Pick<SecretProvider, 'getMany' | 'set' | 'compareAndSet' | 'delete' | 'listVersions'>>;
  readonly calls: readonly HeldCall[];
  /** Returns the n-th call, counted from 0. */
  call(at: number): HeldCall;
}

export function heldBackend(): HeldBackend {
  const calls: HeldCall[] = [];

  function hold<T>(
    operation: Operation,
    refs: readonly SecretRef[],
    ctx: CallContext,
    toAnswer: (answers: readonly Answer[]) => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      calls.push({
        operation,
        names: refs.map(({ name }) => name),
        ctx,
        async answer(...answers) {
          resolve(toAnswer(answers.map((answer) => (typeof answer === 'string' ? seal(answer) : answer))));
          await flush();
        },
        async fail(error) {
          reject(error);
          await flush();
        },
      });
    });
  }

  return {
    calls,
    call(at) {
      const call = calls[at];
      if (!call) throw new Error(`heldBackend: expected at least ${at + 1} calls, got ${calls.length}.`);
      return call;
    },
    provider: {
      name: 'held',
      get: (ref, ctx) => hold('get', [ref], ctx, ([answer]) => answer as Secret | undefined),
      getMany: (refs, ctx) => hold('getMany', refs, ctx, (answers) => answers),
      set: (ref, _secret, ctx) => hold('set', [ref], ctx, () => ({ version: 'v-set' })),
      compareAndSet: (ref, _secret, _expected, ctx) =>
        hold('compareAndSet', [ref], ctx, () => ({ version: 'v-compareAndSet' })),
      listVersions: (ref, ctx) => hold('listVersions', [ref], ctx, () => [{ version: 'only' }]),
      delete: (ref, ctx) => hold('delete', [ref], ctx, () => undefined),
    },
  };
}

/** Runs the microtasks that are queued, and those that they queue. */
export async function flush(): Promise<void> {
  for (let i = 0; i < 30; i += 1) await Promise.resolve();
}

export function failure(code: SecretErrorCode, retryAfterMs?: number): SecretError {
  return new SecretError(code, 'as scripted.', { provider: 'held', retryAfterMs });
}

/** Returns the outcome of a read, for tables: the value, `undefined`, or the code or reason of its rejection. */
export async function outcome(promise: Promise<Secret | undefined>): Promise<unknown> {
  try {
    return (await promise)?.reveal();
  } catch (error) {
    return error instanceof SecretError ? error.code : error;
  }
}
