import { describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../test/failure-of.js';
import type { CallContext, SecretProvider } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { createSecrets } from './create-secrets.js';
import { missingError, readInBackground } from './scoped-client.js';

const ref = { name: 'db', scope: { account: 'acct_1' } };

async function ofOtherCopy(): Promise<typeof createSecrets> {
  vi.resetModules();
  return (await import('./create-secrets.js')).createSecrets;
}

describe('missingError', () => {
  const provider: SecretProvider = {
    name: 'store',
    get: async () => undefined,
    canonical: (given) => ({ ...given, name: given.name.toUpperCase() }),
    memory: { explain: () => ({ state: 'absent', similar: 'd-b' }) },
  };

  it('is the error of require, also for a client of another copy of the package', async () => {
    for (const create of [createSecrets, await ofOtherCopy()]) {
      const secrets = create(provider);
      const error = missingError(secrets, ref);
      expect(error).toEqual(await failureOf(() => secrets.require(ref)));
      expect(error).toMatchObject({ code: 'not_found', provider: 'store', operation: 'get', ref });
      expect(error.problem).toMatch(/as "DB".*"d-b" exists/);
    }
  });

  it('names the field, where there is one', () => {
    const secrets = createSecrets(provider);
    expect(missingError(secrets, ref, 'password').problem).not.toBe(missingError(secrets, ref).problem);
  });

  it('has no provider for a fake client', () => {
    const error = missingError({}, ref);
    expect(error).toMatchObject({ code: 'not_found', ref });
    expect(error.provider).toBeUndefined();
    expect(missingError({}, ref, 'password').problem).toContain('field');
  });

  it('does not suggest to create a name that the backend cannot hold', () => {
    const refusing = { ...provider, canonical: (given: SecretRef) => ({ ...given, name: '\0' }) };
    const { problem } = missingError(createSecrets(refusing), ref);
    expect(problem).not.toContain('Create');
    expect(problem).toMatch(/cannot hold this name and scope/);
  });
});

describe('readInBackground', () => {
  it('reads with the signal, for nobody who waits, also with a client of another copy', async () => {
    for (const create of [createSecrets, await ofOtherCopy()]) {
      const calls: [SecretRef, CallContext][] = [];
      const secrets = create({
        name: 'store',
        get: async (given, ctx) => {
          calls.push([given, ctx]);
          return undefined;
        },
      });
      const { signal } = new AbortController();
      expect(await readInBackground(secrets, ref, signal)).toBeUndefined();
      expect(calls).toEqual([[ref, { signal: expect.anything(), background: expect.anything() }]]);
      expect(calls[0]?.[1].signal).toBe(signal);
      expect(calls[0]?.[1].background?.aborted).toBe(false);
    }
  });

  it('reads as get with a fake client', async () => {
    const get = vi.fn(async () => undefined);
    const { signal } = new AbortController();
    await readInBackground({ get }, ref, signal);
    expect(get.mock.calls).toEqual([[ref, { signal }]]);
  });
});
