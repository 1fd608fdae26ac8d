import { isAnswered } from './answered.js';
import { checkAnswer, checkAnswers, checkPage } from './check-answer.js';
import { leaveAt } from './leave-at.js';
import type { CallContext, SecretProvider } from './provider.js';
import { sanitise } from './sanitise.js';
import { SecretError, type SecretErrorFields } from './secret-error.js';
import { wrap } from './wrap.js';

/**
 * The seam between this library and code it does not trust to be careful. It stands around the innermost provider of
 * every stack and around what the client is given, and keeps four promises whatever the provider does:
 *
 * - what is thrown and is no `SecretError` becomes `unknown`, without its message, which may quote a secret;
 * - an aborted call rejects at once with the signal's reason, and one aborted beforehand never starts;
 * - an answer of the wrong shape is `invalid_data`;
 * - after disposal every call is `closed`.
 *
 * Middleware has it already. A provider that is made of providers puts it around each of them.
 */
export function guard(provider: SecretProvider): SecretProvider {
  const {
    name,
    getMany,
    list,
    set,
    delete: remove,
    canonical,
    peek,
    recall,
    invalidate,
    subscribe,
  } = provider;
  let closed = false;

  function refuse({ signal }: CallContext): Promise<never> | undefined {
    if (closed) return Promise.reject(closedError(name));
    return signal?.aborted ? Promise.reject(signal.reason) : undefined;
  }

  function guarded<T>(where: SecretErrorFields, ctx: CallContext, call: () => Promise<T>): Promise<T> {
    return refuse(ctx) ?? settle(call(), ctx.signal, { provider: name, ...where });
  }

  function guardedNow<T>(call: () => T): T {
    if (closed) throw closedError(name);
    try {
      return call();
    } catch (error) {
      throw sanitise(error, { provider: name });
    }
  }

  return wrap(provider, name, provider.layers ?? [], {
    // Not through `guarded`: a hit of a cache passes here and should allocate nothing, and so do ten thousand readers at once.
    get(ref, ctx) {
      const refused = refuse(ctx);
      if (refused) return refused;
      let answer: ReturnType<SecretProvider['get']>;
      try {
        answer = provider.get(ref, ctx);
        if (isAnswered(answer)) return answer;
        answer = Promise.resolve(answer); // it may be anything
      } catch (error) {
        answer = Promise.reject(error);
      }
      const where = { provider: name, operation: 'get', ref } as const;
      const checked = answer.then(
        (secret) => checkAnswer(secret, where),
        (error: unknown) => Promise.reject(sanitise(error, where)),
      );
      return leaveAt(ctx.signal, checked);
    },
    getMany:
      getMany &&
      ((refs, ctx) =>
        guarded({ operation: 'getMany' }, ctx, async () => {
          const given = [...refs]; // an adapter may take chunks off it
          return checkAnswers(await getMany.call(provider, given, ctx), refs, name);
        })),
    list:
      list &&
      ((query, ctx) =>
        guarded({ operation: 'list' }, ctx, async () => checkPage(await list.call(provider, query, ctx)))),
    set:
      set &&
      ((ref, secret, ctx) =>
        guarded({ operation: 'set', ref }, ctx, async () => set.call(provider, ref, secret, ctx))),
    delete:
      remove &&
      ((ref, ctx) => guarded({ operation: 'delete', ref }, ctx, async () => remove.call(provider, ref, ctx))),
    canonical: canonical && ((ref) => guardedNow(() => canonical.call(provider, ref))),
    // Nor this: it is asked where there is no time to wait.
    peek:
      peek &&
      ((ref) => {
        if (closed) throw closedError(name);
        try {
          return checkAnswer(provider.peek?.(ref), { provider: name, ref });
        } catch (error) {
          throw sanitise(error, { provider: name });
        }
      }),
    recall:
      recall &&
      ((ref) => {
        const kept = guardedNow(() => recall.call(provider, ref));
        return (use) => (closed ? undefined : kept(use)); // what is closed says so on the way that it has to go then
      }),
    invalidate: invalidate && ((target) => guardedNow(() => invalidate.call(provider, target))),
    subscribe: subscribe && ((listener) => guardedNow(() => subscribe.call(provider, listener))),
    dispose() {
      closed = true;
    },
  });
}

function settle<T>(
  answer: Promise<T>,
  signal: AbortSignal | undefined,
  where: SecretErrorFields,
): Promise<T> {
  const sanitised = answer.catch((error: unknown) => Promise.reject(sanitise(error, where)));
  return leaveAt(signal, sanitised);
}

function closedError(name: string): SecretError {
  return new SecretError('closed', `${name} has been closed. Build a new one, or close later.`);
}
