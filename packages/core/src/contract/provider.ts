/// <reference lib="esnext.disposable" preserve="true" />
import type { SecretRef, SecretScope } from './ref.js';
import { genuine, type Secret } from './secret.js';
import { invalid, type SecretError, type SecretErrorCode } from './secret-error.js';

/**
 * A place that secrets come from: an adapter of a backend, or a stack of middleware around one. An optional method must
 * exist only if the backend supports it. Every method must reject with a `SecretError` (anything else reaches the
 * application as `unknown`, without its message) or, when `ctx.signal` fires, with the reason of that signal.
 */
export interface SecretProvider {
  /** The backend in one word, for messages and metrics; never a URL. A wrapped provider is named `cache(retry(stripe))`. */
  readonly name: string;
  /** Must resolve with `undefined` for a secret that is missing or past its expiry, and must not reject for it. */
  get(ref: SecretRef, ctx: CallContext): Promise<Secret | undefined>;
  /**
   * Must exist only where one backend call reads many refs. All refs of a call share one scope. Must return one answer for
   * each ref, in order; the failure of one ref takes its place. A rejection means that no ref has an answer.
   */
  getMany?(refs: readonly SecretRef[], ctx: CallContext): Promise<readonly Answer[]>;
  /** Must return one page of refs, all of exactly the query's scope. */
  list?(query: ListQuery, ctx: CallContext): Promise<SecretPage>;
  /**
   * Must create or replace the secret, value and expiry together. Returns the version that it made, where there are any. The
   * ref of this and of each other write names no version.
   */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- where there are no versions, nothing is returned
  set?(ref: SecretRef, secret: Secret, ctx: CallContext): Promise<SetResult | void>;
  /**
   * Must write only if the current version is `expected` (`undefined`: only if there is no such secret), in one step of the
   * backend, and else must reject with `conflict`.
   */
  compareAndSet?(
    ref: SecretRef,
    secret: Secret,
    expected: string | undefined,
    ctx: CallContext,
  ): Promise<Required<SetResult>>;
  /** Must resolve whether or not the secret existed. */
  delete?(ref: SecretRef, ctx: CallContext): Promise<void>;
  /**
   * Must exist if refs may name a version, and only then: without it such a ref is `unsupported`. Must return the versions of
   * a name, newest first; of a missing name none.
   */
  listVersions?(ref: SecretRef, ctx: CallContext): Promise<readonly SecretVersion[]>;
  /** Must exist if two refs may name one secret. Must return the one ref that represents all of them. */
  canonical?(ref: SecretRef): SecretRef;
  /** Keeps a leased credential from being revoked until the `Disposable` is disposed. Only for backends with leases. */
  hold?(ref: SecretRef, version: string): Disposable;
  /** Values that the provider holds in memory. Adapters of remote backends have none. */
  readonly memory?: SecretMemory;
  /** The middleware around the backend, outermost first. `defineMiddleware` and `around` maintain it. */
  readonly layers?: readonly Layer[];
  /** Must release what the provider holds. Must be safe to call twice. */
  [Symbol.asyncDispose]?(): Promise<void>;
}

/** The context of one call. Every layer passes it on. */
export interface CallContext {
  /** Cancels the call. Code that waits must stop when it fires and reject with its `reason`. */
  readonly signal?: AbortSignal;
  /** The answer must not come from memory. */
  readonly fresh?: boolean;
  /** A copy in memory that is older, in milliseconds, must not be the answer. It ends no cooldown and no backoff. */
  readonly maxAgeMs?: number;
  /** When the call must end: read `remainingMs(ctx)`. A timeout or a retry lowers it; nothing raises it. */
  readonly deadline?: number;
  /** Fires when a reader joins a call that nobody waits for. Until then its timers must not keep the process alive. */
  readonly background?: AbortSignal;
  /** Receives what a layer did for this call. */
  report?(report: CallReport): void;
  /** How many attempts a retry may make; 1 while a stale value can be served instead. */
  readonly maxAttempts?: number;
  /** One for each logical write, the same on every attempt. The client or a retry makes it, never an adapter. */
  readonly idempotencyKey?: string;
}

/** What a layer did for one call, for telemetry. */
export interface CallReport {
  /** The layer's `kind`, such as `Symbol.for('secretkit.kind.cache')`. */
  readonly kind: symbol;
  /** One word, such as `hit`, `miss` or `stale`. */
  readonly result: string;
  readonly ref?: SecretRef;
  /** The failure that the reader does not see, since a value in memory is served instead. */
  readonly code?: SecretErrorCode;
}

/** The version that a write made, where the backend has versions. */
export interface SetResult {
  readonly version?: string;
}

/** One version of a secret, never its value. */
export interface SecretVersion {
  readonly version: string;
  /** The stages or labels that name it at this moment, such as `AWSCURRENT`. */
  readonly stages?: readonly string[];
  readonly createdAt?: Date;
  /** The moment from which on the version is gone. */
  readonly expiresAt?: Date;
}

/**
 * Returns the milliseconds until a call must end: 0 when its deadline has passed, `Infinity` without one.
 * @param now - The clock of the deadline. @defaultValue `performance.timeOrigin + performance.now()`, without steps
 */
export function remainingMs({ deadline = Infinity }: CallContext, now?: () => number): number {
  return Math.max(0, deadline - (now?.() ?? performance.timeOrigin + performance.now()));
}

/** The answer for one ref of a batch. `undefined`: there is no such secret. */
export type Answer = Secret | SecretError | undefined;

/** A query for one page of refs. */
export interface ListQuery {
  /** The scope of the refs. Absent for the default scope. */
  readonly scope?: SecretScope;
  /** The `cursor` of the previous page; absent for the first page. */
  readonly cursor?: string;
  /** The largest number of refs in a page; the backend may return fewer. */
  readonly limit?: number;
}

/** One page of refs, in the backend's own order, and never of values. */
export interface SecretPage {
  readonly refs: readonly SecretRef[];
  /** The start of the next page. Absent on the last page. */
  readonly cursor?: string;
}

/** Values in memory, as a cache adds them to a provider. Each part is optional; middleware passes the parts on one by one. */
export interface SecretMemory {
  /** Returns a reader of one ref. It must do no I/O. A middleware that overrides `get` passes on its looks only. */
  cached?(ref: SecretRef): CachedReader;
  /** Must remove copies from memory, and must not change the backend. */
  invalidate?(target?: InvalidateTarget): void;
  /** Must call the listener for every value that replaced another one. Returns the function that ends it. */
  subscribe?(listener: (change: SecretChange | CacheInvalidation) => void): () => void;
  /** Must return what a plain read of the ref would get now, without I/O and without a change. */
  explain?(ref: SecretRef): MemoryExplanation;
}

/**
 * What a plain read gets now:
 *
 * - `fresh`: the value in memory;
 * - `stale`: a new value, or the one in memory if that fails or may be served meanwhile;
 * - `refreshing`: the same, from a call that is in flight;
 * - `cooldown`: the value in memory, since the last refresh failed;
 * - `missing`: a remembered absence;
 * - `denied`: a remembered denial, or a failure that is repeated for a moment;
 * - `absent`: memory has nothing, so the backend is asked; with `nextAttemptAt`, calls are stopped until then.
 */
export type MemoryState = 'fresh' | 'stale' | 'refreshing' | 'cooldown' | 'missing' | 'denied' | 'absent';

/** What memory holds of one secret, never its value. A field is absent where there is nothing to report. */
export interface MemoryExplanation {
  readonly state: MemoryState;
  /** The layer that holds it, such as `cache`. */
  readonly layer?: string;
  /** The time of this explanation, by the clock of that layer. */
  readonly asOf?: Date;
  /** The backend that answered last. */
  readonly backend?: string;
  readonly version?: string;
  /** When the backend answered. */
  readonly fetchedAt?: Date;
  /** The soft deadline: from then on a read asks for a new value. */
  readonly staleAt?: Date;
  /** The hard deadline: from then on the value is gone. */
  readonly expiresAt?: Date;
  /** Until when the value may be served while the backend is down. */
  readonly servableUntil?: Date;
  /** When a plain read may ask the backend at the earliest. Absent if the next one may. */
  readonly nextAttemptAt?: Date;
  /** The last failure, if no success followed. Of an absent secret: that of the backend. */
  readonly failure?: { readonly code: SecretErrorCode; readonly at: Date };
  /** Another name of a secret in the same scope, which is the same in upper case with `_` for all but A–Z and 0–9. */
  readonly similar?: string;
}

/**
 * Returns the fresh value in memory, or `undefined`: then the caller must use `get`.
 * @param touch - `true` for a read, which counts as a use and must return a `settled` promise; `false` for a look.
 */
export type CachedReader = (touch: boolean) => CachedSecret | undefined;

/** A value in memory, and for a read its promise, made by `settled`; it is absent where only looks are supported. */
export interface CachedSecret {
  readonly secret: Secret;
  readonly settled?: Promise<Secret>;
}

/** The copies to remove: one ref, a whole scope (with the users of its account), or, when absent, everything. */
export type InvalidateTarget = SecretRef | { readonly scope: SecretScope };

/** The report of a provider that knows only that something changed. A cache around it consumes it. */
export interface CacheInvalidation {
  readonly invalidate: InvalidateTarget | undefined;
}

/** A value that replaced another one in memory. */
export interface SecretChange {
  /** The ref of the read that found the change; `canonical` shows whether another ref names the same secret. */
  readonly ref: SecretRef;
  readonly secret: Secret;
}

/** Opens the provider that a URL names. Each adapter exports one at its `./opener`. */
export interface Opener<P extends SecretProvider = SecretProvider> {
  /** The URL schemes that it opens, without the colon: `['env']`. */
  readonly schemes: readonly string[];
  /** Must refuse a URL with parts that it does not know; `urlParameters` does so. */
  open(url: URL): P | Promise<P>;
}

/** One layer of a stack, as `layersOf` returns it. */
export interface Layer {
  /** The middleware in one word, such as `cache`. For people: code compares `kind`. */
  readonly name: string;
  /** The kind of middleware: `Symbol.for('secretkit.kind.cache')`. Absent where no other layer needs to know. */
  readonly kind?: symbol;
  /** Its configuration with the defaults filled in; never a value. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Returns counts and states by name; never a value. */
  snapshot?(): Readonly<Record<string, unknown>>;
  /** The stacks inside, where a provider is made of several. */
  readonly branches?: readonly Branch[];
}

/** One of the stacks that a provider is made of: its name, and its layers, outermost first. */
export interface Branch {
  readonly name: string;
  readonly layers: readonly Layer[];
}

/** Returns the layers around a backend, outermost first, of a provider or a client. Empty without middleware. */
export function layersOf(stack: { readonly layers?: readonly Layer[] }): readonly Layer[] {
  return stack.layers ?? [];
}

/** Returns the name of the backend inside the layers: `stripe` for `cache(retry(stripe))`, `fallback(stripe, env)` for several. */
export function backendName({ name, layers = [] }: Pick<SecretProvider, 'name' | 'layers'>): string {
  let rest = name;
  for (const layer of layers) {
    if (layer.branches) return `${layer.name}(${layer.branches.map(backendName).join(', ')})`;
    const inner = /^[^\s()]+\((.*)\)$/s.exec(rest)?.[1]; // each layer puts one `word(…)` around the name
    if (inner === undefined) return rest; // the provider has a name of its own
    rest = inner;
  }
  return rest;
}

/** Returns a resolved promise that outer layers return unchanged. A cache keeps one per entry: a hit costs one `await`. */
export function settled(secret: Secret): Promise<Secret> {
  return settledLater()(secret);
}

/** Returns `settled` with a promise that is made now: a promise keeps the async context that it is made in. */
export function settledLater(): (secret: Secret) => Promise<Secret> {
  let resolve: (secret: Secret) => void;
  const promise = new Promise<Secret>((own) => (resolve = own));
  return (secret) => {
    const sealed = genuine(secret);
    if (!sealed) throw invalid('settled: secret must be a Secret of a text.');
    resolve(sealed);
    if (!isSettled(promise)) new Settled(promise, sealed);
    return promise;
  };
}

/** Whether `settled` made this promise: then it cannot reject, and holds a `Secret`. False for one of another copy. */
export function isSettled(promise: unknown): promise is Promise<Secret> {
  return Settled.has(promise);
}

/** Whether such a promise holds this secret. Apart from `isSettled`, so that V8 sees one kind of promise: a hit is faster. */
export function holds(promise: unknown, secret: unknown): boolean {
  return Settled.holds(promise, secret);
}

const Returning = function (promise: object) {
  return promise;
} as unknown as new (
  promise: object,
) => object; // a constructor may return another object

// Adds a private field to the promise. Unlike a brand, nobody else can.
class Settled extends Returning {
  readonly #secret: Secret;

  constructor(promise: object, secret: Secret) {
    super(promise);
    this.#secret = secret;
  }

  static holds(thing: unknown, secret: unknown): boolean {
    return typeof thing === 'object' && thing !== null && #secret in thing && thing.#secret === secret;
  }

  static has(thing: unknown): thing is Promise<Secret> {
    return typeof thing === 'object' && thing !== null && #secret in thing;
  }
}
