import type { CallContext, SecretProvider } from '../src/contract/provider.js';
import type { SecretRef } from '../src/contract/ref.js';
import { type Secret, seal } from '../src/contract/secret.js';

/** A class with private state: it breaks when it is spread, or when a method is taken off it. */
class StoreWithPrivateState implements SecretProvider {
  readonly name = 'class';
  readonly #values = new Map<string, Secret>();

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

  peek(ref: SecretRef): Secret | undefined {
    return this.#values.get(ref.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#values.clear();
  }
}

/** The kinds of provider that a middleware must work around, each made anew. */
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
    set: async () => undefined,
    delete: async () => undefined,
    canonical: (ref) => ref,
    peek: () => seal('value'),
    invalidate: () => undefined,
    subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    [Symbol.asyncDispose]: async () => undefined,
  }),
  'one with none but get': () => ({ name: 'least', get: async () => undefined }),
};
