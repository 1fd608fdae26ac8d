import type { CallContext, Secret, SecretProvider, SecretRef } from '@secretkit/core/provider';
import type { FakeSecrets } from './fakes/fake-secrets.js';

type Backend = FakeSecrets['provider'];

/** A class with private state: it breaks when it is spread, or when a method is taken off it. */
class ClassProvider implements SecretProvider {
  readonly name = 'class';
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get(ref: SecretRef, ctx: CallContext): Promise<Secret | undefined> {
    return this.#backend.get(ref, ctx);
  }

  set(ref: SecretRef, secret: Secret, ctx: CallContext): Promise<void> {
    return this.#backend.set(ref, secret, ctx);
  }

  delete(ref: SecretRef, ctx: CallContext): Promise<void> {
    return this.#backend.delete(ref, ctx);
  }
}

/** The kinds of provider that a middleware must work around. */
export const kindsOfProvider: Readonly<Record<string, (fake: FakeSecrets) => SecretProvider>> = {
  object: ({ provider: { get, set, delete: remove } }) => ({ name: 'object', get, set, delete: remove }),
  class: ({ provider }) => new ClassProvider(provider),
  every: ({ provider }) => ({
    ...provider,
    name: 'every',
    canonical: (ref) => ref,
    peek: () => undefined,
    invalidate: () => undefined,
    subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    [Symbol.asyncDispose]: async () => undefined,
  }),
  least: ({ provider: { get } }) => ({ name: 'least', get }),
};
