import { own } from '../checks/check-options.js';
import { checkText } from '../checks/check-ref.js';
import { type Answer, isSettled, layersOf, type SecretProvider } from '../contract/provider.js';
import { describeRef, refKey, type SecretRef, type SecretScope, withoutVersion } from '../contract/ref.js';
import { isSecret, type Secret, sameValue } from '../contract/secret.js';
import { invalid, isSecretError, SecretError } from '../contract/secret-error.js';
import { abortable, throwIfAborted } from '../kernel/abortable.js';
import { unsupported } from '../kernel/answers.js';
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
import type { ClientRefs, KnownRef } from './client-refs.js';
import { compareAndSet } from './compare-and-set.js';
import { explain } from './explain.js';
import { type Fields, type SecretInput, splitField } from './fields.js';
import { health } from './health.js';
import type { Renew } from './renew.js';
import type { ByKey, CallOptions, ReadOptions, RefsByKey, ScopedSecrets, SecretsReader } from './secrets.js';
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

/** Returns the methods of a client. Its refs may be known only at its first use: then `source` returns them, or throws. */
export function scopedClient(shared: SharedParts, source: ClientRefs | (() => ClientRefs)): ScopedSecrets {
  const { stack, renew, watches, fields, now } = shared;
  let ownRefs = typeof source === 'function' ? undefined : source;

  function refs(): ClientRefs {
    if (ownRefs) return ownRefs;
    const found = (source as () => ClientRefs)(); // else they are known
    return (ownRefs ??= found); // the function may have used this client
  }

  const refOf = (input: string | SecretRef): SecretRef => refs().refOf(input);

  // Not an async function: the promise of a cache hit is returned unchanged.
  function read(input: SecretInput, options: ReadOptions | undefined): Promise<Secret | undefined> {
    try {
      if (typeof input !== 'string' || options !== undefined) return readPart(input, options);
      return heldOf(refs().find(input), true)?.settled ?? stack.get(refOf(input), {});
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function readPart(input: SecretInput, options: ReadOptions | undefined): Promise<Secret | undefined> {
    const hit = options === undefined ? heldOf(refs().find(input), true) : undefined;
    const part = hit && fields.get(hit.secret, input);
    if (hit?.settled && part === hit.secret) return hit.settled;
    if (part) return Promise.resolve(part);
    const [whole, field] = splitField(input);
    const ref = refOf(whole);
    const reading = hit?.settled ?? stack.get(ref, contextOf(options, readOptions));
    return field === undefined ? reading : reading.then((secret) => secretOf(fieldOf(secret, field, ref)));
  }

  /** Returns the fresh value in memory, without a pass through the layers. */
  function heldOf(known: KnownRef | undefined, touch: boolean) {
    return known && (known.cached ?? readerOf(known))?.(touch); // short, so that V8 inlines a hit
  }

  function readerOf(known: KnownRef) {
    return (known.cached = stack.memory?.cached?.(known.ref));
  }

  /** Returns the same value, or its field if that was read before, and does not count as a use. */
  function lookAt(input: SecretInput) {
    const known = refs().find(input);
    const hit = heldOf(known, false);
    const secret = hit && fields.get(hit.secret, input);
    return secret && { known, secret, settled: hit.settled };
  }

  function peekNew(input: SecretInput): Secret | undefined {
    const [whole, field] = splitField(input);
    const ref = refOf(whole);
    return secretOf(fieldOf(heldOf({ ref }, false)?.secret, field, ref));
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
    const held = options === undefined ? inputs.map(([, each]) => lookAt(each)) : [undefined];
    if (held.every((each) => each?.settled !== undefined)) {
      for (const each of held) heldOf(each?.known, true); // all of them count as used, or none
      const answers: Record<string, unknown> = { ...input }; // with the same keys
      for (const [at, [key]] of inputs.entries()) answers[key] = held[at]?.secret;
      return answers as ByKey<R, Answer>;
    }
    const entries = inputs.map(partsOfEntry);
    const wanted = entries.map(({ ref }) => ref);
    const answers = await readMany(stack, wanted, ctx, now);
    const found = entries.map(({ key, field, ref }, at) => [key, fieldOf(answers[at], field, ref)]);
    return Object.fromEntries(found) as ByKey<R, Answer>; // one for each key
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
    const versioned = stack.listVersions ? undefined : refs.find((ref) => own(ref, 'version') !== undefined);
    if (versioned) throw unsupported(stack, 'get', versioned);
    if (stack.memory?.subscribe) return stack.memory.subscribe; // bound: the stack is guarded
    const problem = `${method} needs a cache in the stack.`;
    throw new SecretError('unsupported', problem, { provider: stack.name });
  }

  const client: ScopedSecrets & Hidden = {
    [missing]: (ref, field) => notFound(stack, refOf(ref), field),
    [inBackground]: async (ref, signal) =>
      stack.get(refOf(ref), { signal, background: new AbortController().signal }),
    layers: layersOf(stack),
    get: read,
    require,
    getManySettled: readByKey,
    async getMany<R extends RefsByKey>(input: R, options?: ReadOptions) {
      const answers = await readByKey(input, options);
      Object.values<Answer>(answers).forEach(secretOf); // throws the first failure
      return answers as ByKey<R, Secret | undefined>; // none is an error
    },
    async *list(options) {
      const ctx = contextOf(options, ['scope', 'signal']);
      const isGiven = Object.hasOwn(options ?? {}, 'scope');
      const { scope } = isGiven ? refs().scoped(options?.scope) : refs();
      yield* walkPages(stack, scope, ctx);
    },
    async set(input, value, options) {
      const ref = refOf(input);
      const ctx = contextOf(options, ['expiresAt', 'signal']);
      if (!stack.set) throw unsupported(stack, 'set', ref);
      const where = { provider: stack.name, operation: 'set', ref } as const;
      const secret = sealed(value, own(options, 'expiresAt'), where);
      return (await stack.set(ref, secret, { ...ctx, idempotencyKey: crypto.randomUUID() })) ?? {};
    },
    async compareAndSet(input, value, expected, options) {
      const ref = refOf(input);
      const ctx = contextOf(options, ['expiresAt', 'signal']);
      if (expected !== undefined) checkText(expected, 'expected');
      if (!stack.compareAndSet) throw unsupported(stack, 'compareAndSet', ref);
      const where = { provider: stack.name, operation: 'compareAndSet', ref } as const;
      const secret = sealed(value, own(options, 'expiresAt'), where);
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
      const statuses = checkStatuses(own(options, 'authFailure'));
      const isRefusal =
        own(options, 'isAuthFailure') ??
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
        throwIfAborted(signal);
        if (!isRefusal(failure)) throw failure;
        const next = await renewed();
        if (!next) throw failure;
        void cancelBody(failure); // it ignores its failure, and the next run need not wait
        return await run(next);
      }
      if (!ignoreErrors(() => isResponse(result)) || !isRefusal(result)) return result;
      const next = await renewed();
      if (!next) return result;
      void cancelBody(result);
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
      const everyMs = checkPeriod(own(options, 'everyMs'));
      subscribeOf('watch', watched);
      return watches.start(watched, everyMs, signal);
    },
    peek(input) {
      const held = heldOf(refs().find(input), false);
      return (held && fields.get(held.secret, input)) ?? peekNew(input);
    },
    explain: (input) => explain(stack, refOf(splitField(input)[0]), now),
    invalidate(input) {
      const { scope } = refs();
      const one = input === undefined ? undefined : withoutVersion(refOf(splitField(input)[0]));
      stack.memory?.invalidate?.(one ?? (scope && { scope }));
    },
    health(options) {
      contextOf(options as CallOptions | undefined, ['required']); // checks the keys
      const required = options?.required ? checkList(options.required) : [];
      return health(
        stack,
        required.map((input) => refOf(splitField(input)[0])),
        now,
      );
    },
    can: (capability) => typeof stack[capability] === 'function',
    scoped(scope) {
      if (typeof scope === 'function') return scopedClient(shared, () => refsWithin(scope()));
      const refsOfScope = refsWithin(scope); // refuses a wrong scope at once
      return (refsOfScope.client ??= scopedClient(shared, refsOfScope));
    },
  };
  return Object.freeze(client);

  function refsWithin(scope: SecretScope): ClientRefs {
    const outer = refs();
    const inner = scope === undefined ? outer : outer.scoped(scope);
    if (inner !== outer) return inner;
    throw invalid("scope must have an account or a user, got neither. Check the tenant's id.");
  }
}

function secretOf(answer: Answer): Secret | undefined {
  if (isSecretError(answer)) throw answer;
  return answer;
}

/** Returns the error of a secret that a client has not found, as `require` throws it. */
export function missingError(secrets: object, ref: SecretRef, field?: string): SecretError {
  return (secrets as Partial<Hidden>)[missing]?.(ref, field) ?? notFound({}, ref, field); // a fake has none
}

const missing: unique symbol = Symbol.for('secretkit.missing'); // one symbol for all copies of the package
const inBackground: unique symbol = Symbol.for('secretkit.inBackground');
type Hidden = {
  readonly [missing]: (ref: SecretRef, field?: string) => SecretError;
  readonly [inBackground]: (ref: SecretRef, signal: AbortSignal) => Promise<Secret | undefined>;
};

/** Reads as `get`, for nobody who waits: its timers do not keep the process alive. */
export function readInBackground(
  secrets: Pick<SecretsReader, 'get'>,
  ref: SecretRef,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  return (secrets as Partial<Hidden>)[inBackground]?.(ref, signal) ?? secrets.get(ref, { signal }); // a fake has none
}

function notFound(stack: Partial<SecretProvider>, ref: SecretRef, field?: string): SecretError {
  const { name } = stack.canonical?.(ref) ?? ref;
  const remedy = /\p{Cc}/u.test(name) // no secret can have it
    ? 'The backend cannot hold this name and scope: check'
    : `Create it${name === ref.name ? '' : ` as ${describeRef({ name })}`}, or check`;
  const secret = field === undefined ? 'the secret does' : 'the secret or its field does';
  const similar = stack.memory?.explain?.(ref).similar; // the stack is guarded
  const hint = similar === undefined ? '' : ` ${describeRef({ name: similar })} exists: use one spelling.`;
  const problem = `${secret} not exist, or has expired. ${remedy} its name and scope.${hint}`;
  return new SecretError('not_found', problem, { provider: stack.name, operation: 'get', ref });
}
