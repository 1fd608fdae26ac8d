/// <reference lib="esnext.disposable" preserve="true" />
import type { SecretMemory } from './memory.js';
import type { SecretRef, SecretScope } from './ref.js';
import type { Secret } from './secret.js';
import type { SecretError } from './secret-error.js';

/**
 * A place that secrets come from: an adapter of a backend, or a stack of middleware around one. An optional method must
 * exist only if the backend supports it. Every method must reject with a `SecretError` (anything else reaches the
 * application as `unknown`, without its message) or, when `ctx.signal` fires, with the reason of that signal.
 */
export interface SecretProvider {
  /** The backend in one word, for messages. A wrapped provider is named `cache(retry(stripe))`. */
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
  /** Must create or replace the secret, value and expiry together. */
  set?(ref: SecretRef, secret: Secret, ctx: CallContext): Promise<void>;
  /** Must resolve whether or not the secret existed. */
  delete?(ref: SecretRef, ctx: CallContext): Promise<void>;
  /** Must exist if two refs may name one secret. Must return the one ref that represents all of them. */
  canonical?(ref: SecretRef): SecretRef;
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
  /** When the call must end, in epoch milliseconds. A timeout or a retry lowers it; nothing raises it. */
  readonly deadline?: number;
  /** How many attempts a retry may make; 1 while a stale value can be served instead. */
  readonly maxAttempts?: number;
  /** One for each logical write, the same on every attempt. The client or a retry makes it, never an adapter. */
  readonly idempotencyKey?: string;
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
