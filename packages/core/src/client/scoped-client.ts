import { checkScope } from '../checks/check-ref.js';
import { type Answer, type CallContext, layersOf, type SecretProvider } from '../contract/provider.js';
import { describeRef, refKey, type SecretRef, type SecretScope } from '../contract/ref.js';
import type { Secret } from '../contract/secret.js';
import { invalid, isSecretError, SecretError } from '../contract/secret-error.js';
import { abortable } from '../kernel/abortable.js';
import { notify } from '../kernel/injected.js';
import { readMany, unsupported, walkPages } from '../kernel/read-many.js';
import { checkCallback, checkList, checkPeriod, checkRefs, contextOf, sealed } from './call-options.js';
import { type ClientRefs, clientRefs } from './client-refs.js';
import { isAuthFailure, type Renew } from './renew.js';
import type { ByKey, ReadOptions, RefsByKey, ScopedSecrets } from './secrets.js';
import type { Watches } from './watches.js';

const readOptions = ['signal', 'fresh'] as const;

/** The parts that a client shares with its scoped clients. */
export interface SharedParts {
  readonly stack: SecretProvider;
  readonly renew: Renew;
  readonly watches: Watches;
  readonly now: () => number;
}

/** Returns the methods of a client. `refs` may throw: the scope of a client may be known only at its first use. */
export function scopedClient(shared: SharedParts, refs: () => ClientRefs): ScopedSecrets {
  const { stack, renew, watches, now } = shared;
  const refOf = (input: string | SecretRef): SecretRef => refs().refOf(input);

  // Not an async function: the promise of a cache hit is returned unchanged.
  function read<T>(
    input: string | SecretRef,
    options: ReadOptions | undefined,
    fromStack: (ref: SecretRef, ctx: CallContext) => Promise<T>,
  ): Promise<Secret | T> {
    try {
      const hit = options === undefined && typeof input === 'string' ? refs().cached(input, true) : undefined;
      return hit?.settled ?? fromStack(refOf(input), contextOf(options, readOptions));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async function required(ref: SecretRef, ctx: CallContext): Promise<Secret> {
    const secret = await stack.get(ref, ctx);
    if (secret) return secret;
    throw notFound(stack, ref);
  }

  const keyOf = (ref: SecretRef): string => refKey(stack.canonical?.(ref) ?? ref);

  async function readByKey<R extends RefsByKey>(input: R, options?: ReadOptions): Promise<ByKey<R, Answer>> {
    const ctx = contextOf(options, readOptions);
    const entries = Object.entries(checkRefs(input));
    const hits = options === undefined ? refs().allCached(entries.map(([, ref]) => ref)) : undefined;
    const answers = hits ?? (await readMany(stack, entries.map(refOfEntry), ctx, now));
    return Object.fromEntries(entries.map(([key], at) => [key, answers[at]])) as ByKey<R, Answer>; // one for each key
  }

  function refOfEntry([key, input]: [string, string | SecretRef]): SecretRef {
    try {
      return refOf(input);
    } catch (error) {
      throw isSecretError(error) ? invalid(`refs["${key.slice(0, 50)}"]: ${error.problem}`) : error;
    }
  }

  function subscribeOf(method: 'onChange' | 'watch') {
    if (stack.memory?.subscribe) return stack.memory.subscribe; // bound: the stack is guarded
    const problem = `${method} needs a cache in the stack: only a cache detects that a value has changed.`;
    throw new SecretError('unsupported', problem, { provider: stack.name });
  }

  const client: ScopedSecrets = {
    layers: layersOf(stack),
    get: (input, options) => read(input, options, stack.get), // bound: the stack is guarded
    require: (input, options) => read(input, options, required),
    getManySettled: readByKey,
    async getMany<R extends RefsByKey>(input: R, options?: ReadOptions) {
      const answers = await readByKey(input, options);
      for (const answer of Object.values(answers)) if (isSecretError(answer)) throw answer;
      return answers as ByKey<R, Secret | undefined>; // none is an error
    },
    async *list(options) {
      const ctx = contextOf(options, ['scope', 'signal']);
      const { scope, scopeOf } = refs();
      yield* walkPages(stack, options && 'scope' in options ? scopeOf(options.scope) : scope, ctx);
    },
    async set(input, value, options) {
      const ref = refOf(input);
      const ctx = contextOf(options, ['expiresAt', 'signal']);
      if (!stack.set) throw unsupported(stack, 'set', ref);
      const secret = sealed(value, options?.expiresAt, { provider: stack.name, operation: 'set', ref });
      await stack.set(ref, secret, { ...ctx, idempotencyKey: crypto.randomUUID() });
    },
    async delete(input, options) {
      const ref = refOf(input);
      const ctx = contextOf(options, ['signal']);
      if (!stack.delete) throw unsupported(stack, 'delete', ref);
      await stack.delete(ref, { ...ctx, idempotencyKey: crypto.randomUUID() });
    },
    async use(input, run, options) {
      const ref = refOf(input);
      const { signal } = contextOf(options, ['signal', 'isAuthFailure']);
      const { isAuthFailure: isRefusal = isAuthFailure } = options ?? {};
      checkCallback('run', run);
      checkCallback('isAuthFailure', isRefusal);
      const secret = await client.require(ref, signal && { signal });
      try {
        return await run(secret);
      } catch (failure) {
        if (signal?.aborted) throw signal.reason;
        if (!isRefusal(failure)) throw failure;
        const renewed = await abortable(renew(ref, secret), signal);
        if (!renewed) throw failure;
        return await run(renewed);
      }
    },
    onChange(input, listener) {
      const key = keyOf(refOf(input));
      checkCallback('listener', listener);
      const stop = subscribeOf('onChange')(({ ref, secret }) => {
        if (keyOf(ref) === key) notify(listener, secret);
      });
      return { [Symbol.dispose]: stop };
    },
    watch(inputs, options) {
      const watched = checkList(inputs).map(refOf);
      const { signal } = contextOf(options, ['everyMs', 'signal']);
      const everyMs = checkPeriod(options?.everyMs);
      subscribeOf('watch');
      return watches.start(watched, everyMs, signal);
    },
    peek(input) {
      const hit = typeof input === 'string' ? refs().cached(input, false) : undefined;
      return (hit ?? stack.memory?.cached?.(refOf(input))(false))?.secret;
    },
    invalidate(input) {
      const { scope } = refs();
      stack.memory?.invalidate?.(input === undefined ? scope && { scope } : refOf(input));
    },
    can: (capability) => typeof stack[capability] === 'function',
    scoped(scope) {
      let inner: ClientRefs | undefined;
      const innerRefs = (): ClientRefs => {
        if (inner) return inner;
        const found = refsWithin(typeof scope === 'function' ? scope() : scope);
        return (inner ??= found); // the function may have used this client
      };
      if (typeof scope !== 'function') innerRefs(); // refuses a wrong scope at once
      return scopedClient(shared, innerRefs);
    },
  };
  return Object.freeze(client);

  function refsWithin(scope: SecretScope): ClientRefs {
    const inner = scope === undefined ? {} : checkScope(scope);
    if (inner.account === undefined && inner.user === undefined) {
      throw invalid("scope must have an account or a user, got neither. Check the tenant's id.");
    }
    return clientRefs(stack, refs().scopeOf(inner));
  }
}

function notFound(stack: SecretProvider, ref: SecretRef): SecretError {
  const storedName = stack.canonical?.(ref).name ?? ref.name;
  const remedy = /\p{Cc}/u.test(storedName) // no secret can have it
    ? 'The backend cannot hold this name and scope: check'
    : `Create it${storedName === ref.name ? '' : ` as ${describeRef({ name: storedName })}`}, or check`;
  const problem = `the secret does not exist, or has expired. ${remedy} its name and scope.`;
  return new SecretError('not_found', problem, { provider: stack.name, operation: 'get', ref });
}
