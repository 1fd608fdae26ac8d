import type { CachedReader, Layer, SecretMemory, SecretProvider } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import type { Capability } from '../contract/secret-error.js';
import { toSecretError } from './answers.js';

/** The overrides of a middleware. The rest is passed on; a capability that the inner provider does not have is ignored. */
export interface Overrides
  extends Readonly<{ [M in 'get' | 'canonical' | 'hold' | Capability]?: SecretProvider[M] | undefined }> {
  /** Parts that replace those of the inner provider. */
  readonly memory?: SecretMemory | undefined;
  /** Returns counts and states for `layersOf`. */
  readonly snapshot?: (() => Readonly<Record<string, unknown>>) | undefined;
  /** Releases what this layer holds. The inner provider is disposed afterwards, in any case. */
  readonly dispose?: (() => void | Promise<void>) | undefined;
}

const capabilities = ['getMany', 'list', 'set', 'compareAndSet', 'delete', 'listVersions'] as const;

const brand: unique symbol = Symbol.for('secretkit.wrapped'); // one symbol for all copies of the package

/** Whether `wrap` made this provider: then its methods are bound, and reject as the contract requires. Not a copy of one. */
export function isWrapped(provider: SecretProvider): boolean {
  return (provider as { [brand]?: unknown })[brand] === provider;
}

/** Returns a provider with these overrides that passes on the rest. Methods are bound: `next` may be a class. */
export function wrap(
  next: SecretProvider,
  name: string,
  layers: readonly Layer[],
  overrides: Overrides,
): SecretProvider {
  const { get, canonical = next.canonical?.bind(next), hold = next.hold?.bind(next) } = overrides;
  const memory = memoryOf(next.memory, overrides);
  const wrapped = {
    name,
    layers,
    get: get ?? next.get.bind(next),
    ...capabilitiesOf(next, overrides),
    ...(canonical && { canonical }),
    ...(hold && { hold }),
    ...(memory && { memory }),
    [Symbol.asyncDispose]: disposeOnce(next, name, overrides),
  };
  return Object.freeze(Object.defineProperty(wrapped, brand, { value: wrapped }));
}

function capabilitiesOf(next: SecretProvider, overrides: Overrides): Pick<SecretProvider, Capability> {
  return Object.fromEntries(
    capabilities.flatMap((name) => (next[name] ? [[name, overrides[name] ?? next[name].bind(next)]] : [])),
  );
}

function memoryOf(inner: SecretMemory = {}, { get, memory = {} }: Overrides): SecretMemory | undefined {
  const innerCached = inner.cached?.bind(inner);
  const cached = memory.cached ?? (get && innerCached ? looksOnly(innerCached) : innerCached);
  const invalidate = memory.invalidate ?? inner.invalidate?.bind(inner);
  const subscribe = memory.subscribe ?? inner.subscribe?.bind(inner);
  const explain = memory.explain ?? inner.explain?.bind(inner);
  const parts = Object.entries({ cached, invalidate, subscribe, explain }).filter(([, part]) => part);
  return parts.length > 0 ? Object.freeze(Object.fromEntries(parts)) : undefined;
}

// A read would bypass the `get` that overrides it.
function looksOnly(cached: (ref: SecretRef) => CachedReader): (ref: SecretRef) => CachedReader {
  return (ref) => {
    const read = cached(ref);
    return (touch) => {
      const found = touch ? undefined : read(false);
      return found && { secret: found.secret }; // without the promise, which a batch would take for a read
    };
  };
}

function disposeOnce(next: SecretProvider, name: string, { dispose }: Overrides): () => Promise<void> {
  let disposal: Promise<void> | undefined;
  const outsideIn = async (): Promise<void> => {
    try {
      await dispose?.();
    } finally {
      await next[Symbol.asyncDispose]?.();
    }
  };
  return () =>
    (disposal ??= outsideIn().catch((error: unknown) =>
      Promise.reject(toSecretError(error, { provider: name })),
    ));
}
