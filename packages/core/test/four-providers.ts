import type { CachedReader, CallContext, SecretMemory, SecretProvider } from '../src/contract/provider.js';
import type { SecretRef } from '../src/contract/ref.js';
import { type Secret, seal } from '../src/contract/secret.js';

// Classes with private state: they break when they are spread, or when a method is detached from them.
class MemoryWithPrivateState implements SecretMemory {
  readonly #values: ReadonlyMap<string, Secret>;

  constructor(values: ReadonlyMap<string, Secret>) {
    this.#values = values;
  }

  cached({ name }: SecretRef): CachedReader {
    const secret = this.#values.get(name);
    return () => secret && { secret };
  }
}

class StoreWithPrivateState implements SecretProvider {
  readonly name = 'class';
  readonly #values = new Map<string, Secret>();
  readonly memory = new MemoryWithPrivateState(this.#values);

  get(ref: SecretRef, _ctx: CallContext): Promise<Secret | undefined> {
    return Promise.resolve(this.#values.get(ref.name));
  }

  getMany(refs: readonly SecretRef[]): Promise<readonly (Secret | undefined)[]> {
    return Promise.resolve(refs.map(({ name }) => this.#values.get(name)));
  }

  set(ref: SecretRef, secret: Secret): Promise<void> {
    this.#values.set(ref.name, secret);
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#values.clear();
  }
}

/** The kinds of provider that a middleware must support. Each function makes a new one. */
export const fourProviders: Readonly<Record<string, () => SecretProvider>> = {
  'a plain object': () => ({
    name: 'plain',
    get: async () => seal('value'),
    list: async () => ({ refs: [] }),
  }),
  'a class with private state': () => new StoreWithPrivateState(),
  'one with every method': () => ({
    name: 'every',
    get: async () => seal('value'),
    getMany: async (refs) => refs.map(() => seal('value')),
    list: async () => ({ refs: [{ name: 'a' }] }),
    set: async () => ({ version: '2' }),
    compareAndSet: async () => ({ version: '2' }),
    delete: async () => undefined,
    listVersions: async () => [{ version: '1' }],
    hold: () => ({ [Symbol.dispose]: () => undefined }),
    canonical: (ref) => ref,
    memory: {
      cached: () => () => ({ secret: seal('value') }),
      invalidate: () => undefined,
      subscribe: () => () => undefined,
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
  'one with get only': () => ({ name: 'least', get: async () => undefined }),
};
