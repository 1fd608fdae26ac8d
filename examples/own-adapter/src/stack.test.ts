import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecrets } from './application.js';
import { fileSecrets } from './file-secrets.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secretkit-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function open(content: string) {
  const path = join(folder, 'secrets.json');
  await writeFile(path, content);
  return { path, secrets: openSecrets(path) };
}

describe('an adapter of thirty lines, under the same middleware', () => {
  it('reads, and is cached', async () => {
    const { path, secrets } = await open('{"token":"value-1"}');
    expect((await secrets.require('token')).reveal()).toBe('value-1');
    await writeFile(path, '{"token":"value-2"}');
    expect((await secrets.require('token')).reveal()).toBe('value-1');
    secrets.invalidate('token');
    expect((await secrets.require('token')).reveal()).toBe('value-2');
  });

  it('has no batch call, and supports batches of the client', async () => {
    const { secrets } = await open('{"a":"value-a","b":"value-b"}');
    const { a, b, c } = await secrets.getMany({ a: 'a', b: 'b', c: 'constructor' });
    expect([a?.reveal(), b?.reveal(), c]).toEqual(['value-a', 'value-b', undefined]);
  });

  it('fails with codes, and shows nothing of the file', async () => {
    const { secrets } = await open('{"token": CANARY');
    const error = await secrets.get('token').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_data', provider: 'file', ref: { name: 'token' } });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('is retried for transient failures', async () => {
    const { path, secrets } = await open('{"token":"value-1"}');
    await rm(path);
    const read = secrets.get('token');
    await writeFile(path, '{"token":"value-1"}');
    await expect(read.then((secret) => secret?.reveal())).resolves.toBe('value-1');
  });

  it('reports what it does not support', async () => {
    const { path } = await open('{}');
    const secrets = createSecrets(fileSecrets(path));
    expect(secrets.can('set')).toBe(false);
    await expect(secrets.set('token', 'value')).rejects.toMatchObject({ code: 'unsupported' });
  });
});
