import type { Capability, Layer, SecretProvider } from './provider.js';

type Overridable = 'get' | 'canonical' | 'peek' | 'recall' | 'invalidate' | 'subscribe' | Capability;

/**
 * What a middleware does differently. A method that is absent or `undefined` is handed on to the provider inside. One
 * for a capability that the provider inside does not have is ignored: wrapping adds no capability and loses none.
 */
export interface Overrides extends Readonly<{ [M in Overridable]?: SecretProvider[M] | undefined }> {
  /** Counts and states for `layersOf(provider)`. */
  readonly snapshot?: (() => Readonly<Record<string, unknown>>) | undefined;
  /** Releases what this layer holds. The provider inside is disposed afterwards, in any case. */
  readonly dispose?: (() => void | Promise<void>) | undefined;
}

const brand: unique symbol = Symbol.for('secretkit.wrapped'); // one symbol for all copies of the package

/** Did `wrap` make this provider? Then its methods are bound, and reject as the contract says. */
export function isWrapped(provider: SecretProvider): boolean {
  return (provider as { [brand]?: true })[brand] === true;
}

/** A provider that does what the overrides say and hands on the rest. Methods are bound: `next` may be a class. */
export function wrap(
  next: SecretProvider,
  name: string,
  layers: readonly Layer[],
  overrides: Overrides,
): SecretProvider {
  const { get, getMany, list, set, canonical, peek, recall, invalidate, subscribe } = overrides;
  return Object.freeze({
    [brand]: true,
    name,
    layers,
    get: get ?? next.get.bind(next),
    ...(next.getMany && { getMany: getMany ?? next.getMany.bind(next) }),
    ...(next.list && { list: list ?? next.list.bind(next) }),
    ...(next.set && { set: set ?? next.set.bind(next) }),
    ...(next.delete && { delete: overrides.delete ?? next.delete.bind(next) }),
    ...either('canonical', canonical, next.canonical?.bind(next)),
    ...either('peek', peek, next.peek?.bind(next)),
    ...either('recall', recall, get ? undefined : next.recall?.bind(next)), // it would go around that get
    ...either('invalidate', invalidate, next.invalidate?.bind(next)),
    ...either('subscribe', subscribe, next.subscribe?.bind(next)),
    [Symbol.asyncDispose]: disposeOnce(next, overrides),
  });
}

function either<K extends string, M>(key: K, own: M | undefined, inner: M | undefined): { [P in K]?: M } {
  const method = own ?? inner;
  return (method ? { [key]: method } : {}) as { [P in K]?: M }; // a computed key widens to string
}

function disposeOnce(next: SecretProvider, { dispose }: Overrides): () => Promise<void> {
  let disposal: Promise<void> | undefined;
  const outsideIn = async (): Promise<void> => {
    try {
      await dispose?.();
    } finally {
      await next[Symbol.asyncDispose]?.();
    }
  };
  return () => {
    disposal ??= outsideIn();
    return disposal;
  };
}
