import { describe, expect, it } from 'vitest';
import type { CallContext, SecretProvider } from '../contract/provider.js';
import type { Capability } from '../contract/secret-error.js';
import { createSecrets } from './create-secrets.js';
import type { CallOptions, Secrets } from './secrets.js';

/** The calls of a client that need a capability of the backend. */
const calls: readonly [Capability, (secrets: Secrets, options?: CallOptions) => Promise<unknown>][] = [
  ['set', (secrets, options) => secrets.set('a', 'value', options)],
  ['compareAndSet', (secrets, options) => secrets.compareAndSet('a', 'value', 'v1', options)],
  ['delete', (secrets, options) => secrets.delete('a', options)],
  ['listVersions', (secrets, options) => secrets.listVersions('a', options)],
  ['list', (secrets, options) => secrets.list(options)[Symbol.asyncIterator]().next()],
];

describe.each(calls)('%s', (operation, call) => {
  it('passes its signal on', async () => {
    const contexts: CallContext[] = [];
    const method = async (...args: unknown[]) => {
      contexts.push(args.at(-1) as CallContext);
      return { list: { refs: [] }, listVersions: [] }[operation as string] ?? { version: 'v2' };
    };
    const provider = { name: 'store', get: async () => undefined, [operation]: method };
    const { signal } = new AbortController();
    await call(createSecrets(provider as SecretProvider), { signal });
    expect(contexts).toHaveLength(1);
    expect(contexts[0]?.signal).toBe(signal);
  });

  it('is unsupported by a backend without it, with its name', async () => {
    const secrets = createSecrets<SecretProvider>({ name: 'store', get: async () => undefined });
    await expect(call(secrets)).rejects.toMatchObject({ code: 'unsupported', provider: 'store', operation });
  });
});
