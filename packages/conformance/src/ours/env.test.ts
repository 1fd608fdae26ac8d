import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretRef } from '@secretkit/core/provider';
import { envSecrets } from '@secretkit/env';
import { describe, it } from 'vitest';
import { describeProvider } from '../describe-provider.js';
import { counting } from '../fakes/counting.js';
import { fakeClock } from '../fakes/fake-clock.js';
import type { BackendFacts, Harness } from '../harness.js';
import { saveReport } from './save-report.test-support.js';

const fold = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
const variable = ({ name }: SecretRef): string => `APP_${fold(name)}`;
const facts: BackendFacts = { scopes: [], fold, faults: ['unreadable'] };

const variables: Harness = {
  facts,
  open() {
    const env: Record<string, string> = {};
    const { provider, calls } = counting(envSecrets({ env, prefix: 'APP_' }));
    return {
      provider,
      calls: () => calls(),
      ...fakeClock(),
      async put(ref, value) {
        if (ref.scope) throw new Error('variables have no scopes');
        env[variable(ref)] = value;
      },
      async remove(ref) {
        Reflect.deleteProperty(env, variable(ref));
      },
      fault() {
        for (const name of Object.keys(env)) {
          Reflect.deleteProperty(env, name);
          env[`${name}_FILE`] = '/dev/null/nowhere';
        }
      },
    };
  },
};

const files: Harness = {
  facts,
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
        const path = join(folder, variable(ref));
        await writeFile(path, `${value}\n`); // one newline at the end is not the value's
        env[`${variable(ref)}_FILE`] = path;
      },
      async remove(ref) {
        Reflect.deleteProperty(env, `${variable(ref)}_FILE`);
      },
      fault: () => rm(folder, { recursive: true }),
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

describeProvider('env', variables, { describe, it }, { onReport: saveReport });
describeProvider('env, files', files, { describe, it }, { onReport: saveReport });
