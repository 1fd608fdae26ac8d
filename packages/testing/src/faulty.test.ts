import { createSecrets } from '@secretkit/core';
import { SecretError } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { counting } from './counting.js';
import { fakeSecrets } from './fake-secrets.js';
import { faulty } from './faulty.js';

const backend = () => fakeSecrets({ initial: { a: 'of a', b: 'of b' } }).provider;

describe('faulty', () => {
  it('fails calls in the order of the list, and lets the others through', async () => {
    const { provider, calls } = counting(backend());
    const secrets = createSecrets(faulty(provider, ['unavailable', undefined, 'timeout']));
    await expect(secrets.get('a')).rejects.toMatchObject({ code: 'unavailable', ref: { name: 'a' } });
    expect((await secrets.require('a')).reveal()).toBe('of a');
    await expect(secrets.set('a', 'new')).rejects.toMatchObject({ code: 'timeout', operation: 'set' });
    await secrets.delete('a');
    expect(calls()).toBe(2);
  });

  it('fails the refs of a batch that the function selects, each in its place', async () => {
    const error = new SecretError('rate_limited', 'slow down.', { retryAfterMs: 5 });
    const provider = faulty(backend(), (operation, ref) =>
      operation === 'list' || ref?.name === 'b' ? error : undefined,
    );
    const answers = await provider.getMany([{ name: 'b' }, { name: 'a' }, { name: 'none' }], {});
    expect(answers[0]).toBe(error);
    expect(answers[1]).toHaveProperty('reveal');
    expect(answers[2]).toBeUndefined();
    await expect(provider.list({}, {})).rejects.toMatchObject({ retryAfterMs: 5 });
  });

  it('refuses a script that is neither a list nor a function, and a list with an unknown code', () => {
    expect(() => faulty(backend(), undefined as never)).toThrow(/^faulty: script .* got undefined\./);
    expect(() => faulty(backend(), ['unavailable', 'down' as never])).toThrow(/code .*"down"/);
  });

  it('makes no call for a batch in which every ref fails', async () => {
    const { provider, calls } = counting(backend());
    await faulty(provider, () => 'unavailable').getMany([{ name: 'a' }, { name: 'b' }], {});
    expect(calls()).toBe(0);
  });
});
