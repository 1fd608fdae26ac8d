import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackendTraits, describeProvider, type Harness, saveReports } from '@secretkit/conformance';
import type { SecretRef } from '@secretkit/core/provider';
import { counting, fakeClock } from '@secretkit/testing';
import { describe, it } from 'vitest';
import { envSecrets } from './env-secrets.js';

const fold = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
const variableOf = ({ name }: SecretRef): string => `APP_${fold(name)}`;
const traits: BackendTraits = { scopes: [], fold, faults: ['unreadable'] };

const variables: Harness = {
  traits,
  open() {
    const env: Record<string, string> = {};
    const { provider, calls } = counting(envSecrets({ env, prefix: 'APP_' }));
    return {
      provider,
      calls: () => calls(),
      ...fakeClock(),
      async put(ref, value) {
        if (ref.scope) throw new Error('variables have no scopes');
        env[variableOf(ref)] = value;
      },
      async remove(ref) {
        Reflect.deleteProperty(env, variableOf(ref));
      },
      fault() {
        for (const name of Object.keys(env)) {
          Reflect.deleteProperty(env, name);
          env[`${name}_FILE`] = join(tmpdir(), 'secretkit-absent', 'file');
        }
      },
    };
  },
};

const files: Harness = {
  traits,
  async open() {
    const env: Record<string, string> = {};
    const folder = await mkdtemp(join(tmpdir(), 'secretkit-'));
    const { provider, calls } = counting(envSecrets({ env, prefix: 'APP_' }));
    return {
      provider,
      calls: () => calls(),
      ...fakeClock(),
      async put(ref, value) {
        if (ref.scope) throw new Error('files have no scopes');
        const path = join(folder, variableOf(ref));
        await writeFile(path, `${value}\n`); // one final newline is not part of the value
        env[`${variableOf(ref)}_FILE`] = path;
      },
      async putBytes(ref, value) {
        const path = join(folder, variableOf(ref));
        await writeFile(path, value);
        env[`${variableOf(ref)}_FILE`] = path;
      },
      async remove(ref) {
        Reflect.deleteProperty(env, `${variableOf(ref)}_FILE`);
      },
      fault: () => rm(folder, { recursive: true }),
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

const onReport = saveReports(new URL('../../../.cache/conformance/', import.meta.url));

describeProvider('env', variables, { describe, it }, { onReport });
describeProvider('env, files', files, { describe, it }, { onReport });
