import type { CallContext, Secret, SecretProvider, SecretRef, SetResult } from '@secretkit/core/provider';
import type { FakeSecrets } from '@secretkit/testing';

type Backend = FakeSecrets['provider'];

/** A class with private state: it breaks when it is spread, or when one of its methods is called without it. */
class ClassProvider implements SecretProvider {
  readonly name = 'class';
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get(ref: SecretRef, ctx: CallContext): Promise<Secret | undefined> {
    return this.#backend.get(ref, ctx);
  }

  async set(ref: SecretRef, secret: Secret, ctx: CallContext): Promise<SetResult> {
    return (await this.#backend.set(ref, secret, ctx)) ?? {};
  }

  delete(ref: SecretRef, ctx: CallContext): Promise<void> {
    return this.#backend.delete(ref, ctx);
  }
}

/**
 * The kinds of provider that every middleware must work with, each around a fake backend: `object`, `class`, `full` (every
 * method) and `minimal` (only `get`).
 */
export const providerKinds: Readonly<Record<string, (fake: FakeSecrets) => SecretProvider>> = {
  object: ({ provider: { get, set, delete: remove } }) => ({ name: 'object', get, set, delete: remove }),
  class: ({ provider }) => new ClassProvider(provider),
  full: ({ provider }) => ({
    ...provider,
    name: 'full',
    canonical: (ref) => ref,
    memory: {
      cached: () => () => undefined,
      invalidate: () => undefined,
      subscribe: () => () => undefined,
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
  minimal: ({ provider: { get } }) => ({ name: 'minimal', get }),
};
