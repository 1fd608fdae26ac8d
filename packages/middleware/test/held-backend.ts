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

/** A call that has reached the backend and is held there until the test answers it. */
export interface HeldCall {
  readonly operation: Operation;
  readonly names: readonly string[];
  readonly ctx: CallContext;
  /** Answers each ref with a value; `undefined` is a missing secret, an error stands in its place. */
  answer(...answers: (string | Secret | SecretError | undefined)[]): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A backend whose every call waits for the test to answer it. */
export interface HeldBackend {
  readonly provider: SecretProvider & Required<Pick<SecretProvider, 'getMany' | 'set' | 'delete'>>;
  readonly calls: readonly HeldCall[];
  /** The n-th call, from 0 on. */
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
      if (!call) throw new Error(`the backend has been called ${calls.length} times, and not ${at + 1}`);
      return call;
    },
    provider: {
      name: 'held',
      get: (ref, ctx) => hold('get', [ref], ctx, ([answer]) => answer as Secret | undefined),
      getMany: (refs, ctx) => hold('getMany', refs, ctx, (answers) => answers),
      set: (ref, _secret, ctx) => hold('set', [ref], ctx, () => undefined),
      delete: (ref, ctx) => hold('delete', [ref], ctx, () => undefined),
    },
  };
}

/** Lets every promise that is settled have its consequences. */
export async function flush(): Promise<void> {
  for (let i = 0; i < 30; i += 1) await Promise.resolve();
}

export function failure(code: SecretErrorCode, retryAfterMs?: number): SecretError {
  return new SecretError(code, 'as scripted.', { provider: 'held', retryAfterMs });
}

/** What a promise came to, for a table of outcomes: a value, `undefined`, or the code or reason of its rejection. */
export async function outcome(promise: Promise<Secret | undefined>): Promise<unknown> {
  try {
    return (await promise)?.reveal();
  } catch (error) {
    return error instanceof SecretError ? error.code : error;
  }
}
