/// <reference lib="esnext.disposable" preserve="true" />
import type { SecretRef, SecretScope } from './ref.js';
import type { Secret } from './secret.js';
import type { SecretError } from './secret-error.js';

/** The answer for one ref of a batch. `undefined`: there is no such secret. */
export type Answer = Secret | SecretError | undefined;

/** The calls that may reach a backend. */
export type Operation = 'get' | Capability;

/** What a backend may be able to do besides reading one secret. A capability is a method that is there. */
export type Capability = 'getMany' | 'list' | 'set' | 'delete';

/** Which names to list, and from where on. */
export interface ListQuery {
  /** Whose names. Absent for the default scope. */
  readonly scope?: SecretScope;
  /** The `cursor` of the page before; absent for the first page. */
  readonly cursor?: string;
  /** The most refs a page may hold; the backend may hold fewer. */
  readonly limit?: number;
}

/** One page of refs, never of values. */
export interface SecretPage {
  /** The refs, in an order of the backend's own. */
  readonly refs: readonly SecretRef[];
  /** Where the next page starts. Absent on the last page. */
  readonly cursor?: string;
}

/** How a call is to be made. Every layer hands it on. */
export interface CallContext {
  /** The caller's wish to stop. Whoever waits must stop waiting when it fires, and reject with its `reason`. */
  readonly signal?: AbortSignal;
  /** Do not answer from memory. */
  readonly fresh?: boolean;
  /** When the call must be over, in epoch milliseconds. A time-out or a retry lowers it, nothing raises it. */
  readonly deadline?: number;
  /** How many attempts a retry may make; 1 while a stale value stands by. */
  readonly maxAttempts?: number;
  /** One per logical write, the same on every attempt. Minted by the client or else by a retry, never by an adapter. */
  readonly idempotencyKey?: string;
}

/** What to forget: one ref, a whole scope (and the users within its account), or, when absent, everything. */
export type InvalidateTarget = SecretRef | { readonly scope: SecretScope };

/** A value that replaced another one in a cache. */
export interface SecretChange {
  /** As it was asked for: the one who did may be another than the listener, and `canonical` tells if they mean one secret. */
  readonly ref: SecretRef;
  /** The new value. */
  readonly secret: Secret;
}

/** A value that is in memory, and the resolved promise that a read of it is answered with. */
export interface Kept {
  readonly secret: Secret;
  readonly answer: Promise<Secret>;
}

/**
 * Answers with what is fresh and here right now, time after time, for one ref that was looked up before.
 *
 * @param use - Is it a read, which counts as a use? Else it is a look.
 */
export type Recall = (use: boolean) => Kept | undefined;

/** One layer of a stack, as `layersOf` shows it. */
export interface Layer {
  /** The middleware in one word, such as `cache`. */
  readonly name: string;
  /** What it was configured with, defaults included; never a value. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Counts and states, by name; never a value. */
  snapshot?(): Readonly<Record<string, unknown>>;
  /** The stacks inside, where a provider is made of several. */
  readonly branches?: readonly Branch[];
}

/** One of the stacks that a provider is made of. */
export interface Branch {
  /** The `name` of the provider. */
  readonly name: string;
  /** Its layers, the outermost first. */
  readonly layers: readonly Layer[];
}

/**
 * A place that secrets come from: a backend's adapter, or a stack of middleware around one.
 *
 * `name` and `get` are all it must have. An optional method must be there only if the backend can do it: callers read
 * capabilities off the object. Every method must reject with a `SecretError` (whatever else it throws reaches the
 * application as `unknown`, its message dropped) or, when `ctx.signal` fires, with the signal's very reason.
 */
export interface SecretProvider {
  /** The backend in one word, for messages; wrapped: `cache(retry(stripe))`. */
  readonly name: string;

  /** Must answer `undefined` for a secret that is missing or past its expiry, and must not reject for it. */
  get(ref: SecretRef, ctx: CallContext): Promise<Secret | undefined>;

  /**
   * Must be there only where one backend call serves many refs. All refs of a call share one scope. Must answer once
   * for each ref, in order, a failure of one ref standing in its place; a rejection means that no ref has an answer.
   */
  getMany?(refs: readonly SecretRef[], ctx: CallContext): Promise<readonly Answer[]>;

  /** Must answer with one page of refs of exactly the query's scope. */
  list?(query: ListQuery, ctx: CallContext): Promise<SecretPage>;

  /** Creates or replaces, value and expiry together. */
  set?(ref: SecretRef, secret: Secret, ctx: CallContext): Promise<void>;

  /** Must resolve whether or not the secret existed. */
  delete?(ref: SecretRef, ctx: CallContext): Promise<void>;

  /** Must be there if two refs may name one secret; must answer with the one ref that stands for all of them. */
  canonical?(ref: SecretRef): SecretRef;

  /** May answer what is fresh and here right now. Must do no I/O and start nothing. */
  peek?(ref: SecretRef): Secret | undefined;

  /**
   * May spare reads of one ref the way through the layers: what it returns must answer as `get` would without a call to the
   * backend, or not at all. For caches. A middleware that overrides `get` hides it, unless it has one of its own.
   */
  recall?(ref: SecretRef): Recall;

  /** Must forget copies in memory, and must not touch the source. */
  invalidate?(target?: InvalidateTarget): void;

  /** Must tell the listener of every value that replaced another one, whoever caused it to be read. */
  subscribe?(listener: (change: SecretChange) => void): Disposable;

  /** The middleware around the backend, outermost first. Kept by `defineMiddleware` and `around`. */
  readonly layers?: readonly Layer[];

  /** Must release what the provider holds. Must be harmless the second time. */
  [Symbol.asyncDispose]?(): Promise<void>;
}
