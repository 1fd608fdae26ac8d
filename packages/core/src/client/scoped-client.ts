import { checkScope, checkText } from '../checks/check-ref.js';
import { type Answer, isSettled, layersOf, type SecretProvider } from '../contract/provider.js';
import { describeRef, refKey, type SecretRef, type SecretScope, withoutVersion } from '../contract/ref.js';
import { isSecret, type Secret, sameValue } from '../contract/secret.js';
import { invalid, isSecretError, SecretError } from '../contract/secret-error.js';
import { abortable } from '../kernel/abortable.js';
import { unsupported, unsupportedVersion } from '../kernel/answers.js';
import { ignoreErrors, notify } from '../kernel/injected.js';
import { readMany, walkPages } from '../kernel/read-many.js';
import { cancelBody, isAuthFailure, isResponse } from './auth-failure.js';
import {
  checkCallback,
  checkList,
  checkPeriod,
  checkRefs,
  checkStatuses,
  contextOf,
  sealed,
} from './call-options.js';
import { type ClientRefs, clientRefs } from './client-refs.js';
import { compareAndSet } from './compare-and-set.js';
import { type Fields, type SecretInput, splitField } from './fields.js';
import type { Renew } from './renew.js';
import type { ByKey, ReadOptions, RefsByKey, ScopedSecrets } from './secrets.js';
import type { Watches } from './watches.js';

const readOptions = ['signal', 'fresh'] as const;

/** The parts that a client shares with its scoped clients. */
export interface SharedParts {
  readonly stack: SecretProvider;
  readonly renew: Renew;
  readonly watches: Watches;
  readonly fields: Fields;
  readonly now: () => number;
}

/** Returns the methods of a client. `refs` may throw: the scope of a client may be known only at its first use. */
export function scopedClient(shared: SharedParts, refs: () => ClientRefs): ScopedSecrets {
  const { stack, renew, watches, fields, now } = shared;
  const refOf = (input: string | SecretRef): SecretRef => refs().refOf(input);

  // Not an async function: the promise of a cache hit is returned unchanged.
  function read(input: SecretInput, options: ReadOptions | undefined): Promise<Secret | undefined> {
    try {
      const hit = options === undefined && typeof input === 'string' ? refs().cached(input, true) : undefined;
      if (hit?.settled) return hit.settled;
      const [whole, field] = splitField(input);
      const ref = refOf(whole);
      const reading = stack.get(ref, contextOf(options, readOptions));
      return field === undefined ? reading : reading.then((secret) => secretOf(fieldOf(secret, field, ref)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function fieldOf(answer: Answer, field: string | undefined, ref: SecretRef): Answer {
    return fields.of(answer, field, { provider: stack.name, operation: 'get', ref });
  }

  function require(input: SecretInput, options?: ReadOptions): Promise<Secret> {
    const reading = read(input, options);
    if (isSettled(reading)) return reading;
    return reading.then((secret) => {
      if (secret) return secret;
      const [whole, field] = splitField(input);
      throw notFound(stack, refOf(whole), field);
    });
  }

  const keyOf = (ref: SecretRef): string => refKey(stack.canonical?.(ref) ?? ref);

  async function readByKey<R extends RefsByKey>(input: R, options?: ReadOptions): Promise<ByKey<R, Answer>> {
    const ctx = contextOf(options, readOptions);
    const inputs = Object.entries(checkRefs(input));
    const hits = options === undefined ? refs().allCached(inputs.map(([, each]) => each)) : undefined;
    if (hits) return Object.fromEntries(inputs.map(([key], at) => [key, hits[at]])) as ByKey<R, Answer>; // one for each
    const entries = inputs.map(partsOfEntry);
    const answers = await readMany(
      stack,
      entries.map(({ ref }) => ref),
      ctx,
      now,
    );
    return Object.fromEntries(
      entries.map(({ key, field, ref }, at) => [key, fieldOf(answers[at], field, ref)]),
    ) as ByKey<R, Answer>; // one for each key
  }

  function partsOfEntry([key, input]: [string, SecretInput]) {
    try {
      const [whole, field] = splitField(input);
      return { key, field, ref: refOf(whole) };
    } catch (error) {
      throw isSecretError(error) ? invalid(`refs["${key.slice(0, 50)}"]: ${error.problem}`) : error;
    }
  }

  function subscribeOf(method: 'onChange' | 'watch', refs: readonly SecretRef[]) {
    const versioned = stack.listVersions ? undefined : refs.find(({ version }) => version !== undefined);
    if (versioned) throw unsupportedVersion(stack, 'get', versioned);
    if (stack.memory?.subscribe) return stack.memory.subscribe; // bound: the stack is guarded
    const problem = `${method} needs a cache in the stack: only a cache detects that a value has changed.`;
    throw new SecretError('unsupported', problem, { provider: stack.name });
  }

  const client: ScopedSecrets = {
    layers: layersOf(stack),
    get: read,
    require,
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
      return (await stack.set(ref, secret, { ...ctx, idempotencyKey: crypto.randomUUID() })) ?? {};
    },
    async compareAndSet(input, value, expected, options) {
      const ref = refOf(input);
      const ctx = contextOf(options, ['expiresAt', 'signal']);
      if (expected !== undefined) checkText(expected, 'expected');
      if (!stack.compareAndSet) throw unsupported(stack, 'compareAndSet', ref);
      const where = { provider: stack.name, operation: 'compareAndSet', ref } as const;
      const secret = sealed(value, options?.expiresAt, where);
      return compareAndSet(stack, ref, secret, expected, ctx);
    },
    async listVersions(input, options) {
      const ref = refOf(input);
      const ctx = contextOf(options, ['signal']);
      if (!stack.listVersions) throw unsupported(stack, 'listVersions', ref);
      return stack.listVersions(ref, ctx);
    },
    async delete(input, options) {
      const ref = refOf(input);
      const ctx = contextOf(options, ['signal']);
      if (!stack.delete) throw unsupported(stack, 'delete', ref);
      await stack.delete(ref, { ...ctx, idempotencyKey: crypto.randomUUID() });
    },
    async use(input, run, options) {
      const [whole, field] = splitField(input);
      const ref = refOf(whole);
      const { signal } = contextOf(options, ['signal', 'isAuthFailure', 'authFailure']);
      const statuses = checkStatuses(options?.authFailure);
      const isRefusal =
        options?.isAuthFailure ??
        ((failure: unknown) => ignoreErrors(() => isAuthFailure(failure, statuses)));
      checkCallback('run', run);
      checkCallback('isAuthFailure', isRefusal);
      const secret = await require(ref, signal && { signal });
      const used = secretOf(fieldOf(secret, field, ref));
      if (!used) throw notFound(stack, ref, field);

      const renewed = async (): Promise<Secret | undefined> => {
        const next = fieldOf(await abortable(renew(ref, secret), signal), field, ref);
        return isSecret(next) && !sameValue(next, used) ? next : undefined;
      };

      let result: Awaited<ReturnType<typeof run>>;
      try {
        result = await run(used);
      } catch (failure) {
        if (signal?.aborted) throw signal.reason;
        if (!isRefusal(failure)) throw failure;
        const next = await renewed();
        if (!next) throw failure;
        return await run(next);
      }
      if (!ignoreErrors(() => isResponse(result)) || !isRefusal(result)) return result;
      const next = await renewed();
      if (!next) return result;
      void cancelBody(result); // it ignores its failure, and the next run need not wait
      return await run(next);
    },
    onChange(input, listener) {
      const [whole, field] = splitField(input);
      const watched = refOf(whole);
      const key = keyOf(watched);
      checkCallback('listener', listener);
      let last = field === undefined ? undefined : ignoreErrors(() => client.peek(input));
      const stop = subscribeOf('onChange', [watched])((change) => {
        if ('invalidate' in change || keyOf(change.ref) !== key) return;
        const answer = fieldOf(change.secret, field, watched);
        if (!isSecret(answer) || (last && sameValue(answer, last))) return; // another field has changed
        if (field !== undefined) last = answer;
        notify(listener, answer);
      });
      return { [Symbol.dispose]: stop };
    },
    watch(inputs, options) {
      const watched = checkList(inputs).map((input) => refOf(splitField(input)[0]));
      const { signal } = contextOf(options, ['everyMs', 'signal']);
      const everyMs = checkPeriod(options?.everyMs);
      subscribeOf('watch', watched);
      return watches.start(watched, everyMs, signal);
    },
    peek(input) {
      const hit = typeof input === 'string' ? refs().cached(input, false) : undefined;
      if (hit) return hit.secret;
      const [whole, field] = splitField(input);
      const ref = refOf(whole);
      return secretOf(fieldOf(stack.memory?.cached?.(ref)(false)?.secret, field, ref));
    },
    invalidate(input) {
      const { scope } = refs();
      stack.memory?.invalidate?.(
        input === undefined ? scope && { scope } : withoutVersion(refOf(splitField(input)[0])),
      );
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

function secretOf(answer: Answer): Secret | undefined {
  if (isSecretError(answer)) throw answer;
  return answer;
}

function notFound(stack: SecretProvider, ref: SecretRef, field?: string): SecretError {
  const storedName = stack.canonical?.(ref).name ?? ref.name;
  const remedy = /\p{Cc}/u.test(storedName) // no secret can have it
    ? 'The backend cannot hold this name and scope: check'
    : `Create it${storedName === ref.name ? '' : ` as ${describeRef({ name: storedName })}`}, or check`;
  const missing =
    field === undefined ? 'the secret does not exist' : 'the secret or its field does not exist';
  const problem = `${missing}, or has expired. ${remedy} its name and scope.`;
  return new SecretError('not_found', problem, { provider: stack.name, operation: 'get', ref });
}
