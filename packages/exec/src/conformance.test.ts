import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BackendTraits,
  describeProvider,
  type FaultName,
  type Fixture,
  type Harness,
  saveReports,
} from '@secretkit/conformance';
import { refKey, type SecretRef } from '@secretkit/core/provider';
import { fakeClock } from '@secretkit/testing';
import { describe, it } from 'vitest';
import { aliveOf, linesOf } from '../test/process-log.js';
import { temporaryFolder } from '../test/temporary-folder.js';
import type { ExecSecretsOptions } from './exec-options.js';
import { execSecrets } from './exec-secrets.js';

/** A command that fails, by the fault that the kit asks for. Each writes the value to its stderr. */
const faults = {
  unauthorized: 'echo CANARY-not-a-real-secret >&2; exit 4',
  forbidden: 'echo CANARY-not-a-real-secret >&2; exit 5',
  rateLimited: 'echo CANARY-not-a-real-secret >&2; exit 6',
  serverError: 'echo CANARY-not-a-real-secret; echo CANARY-not-a-real-secret >&2; exit 7',
  foreign: '', // the command function throws
} as const satisfies Partial<Record<FaultName, string>>;

const jsonFaults = {
  ...faults,
  malformedBody: `printf '%s' '{"value":"CANARY-not-a-real-secret'`,
  wrongShape: `printf '%s' '["CANARY-not-a-real-secret"]'`,
  withoutValue: `printf '%s' '{"version":"CANARY-not-a-real-secret"}'`,
} as const satisfies Partial<Record<FaultName, string>>;

const exitCodes = { 1: 'missing', 4: 'unauthenticated', 5: 'permission_denied', 6: 'rate_limited' } as const;

/** Files in a folder, and commands that print them. */
function harness(
  traits: BackendTraits,
  scripts: Partial<Record<FaultName, string>>,
  options: Omit<ExecSecretsOptions, 'command'>,
  contentOf: (value: string, expiresAt: Date | undefined) => string,
): Harness {
  return {
    traits: { ...traits, faults: Object.keys(scripts) as FaultName[], hangs: true }, // keys() forgets the names
    open(): Fixture {
      const folder = temporaryFolder();
      const log = join(folder.path, 'started');
      const fileOf = (ref: SecretRef): string =>
        join(folder.path, createHash('sha256').update(refKey(ref)).digest('hex'));
      const clock = fakeClock();
      let fault: FaultName | 'hang' | undefined;
      let calls = 0;
      const command = (ref: SecretRef): readonly string[] => {
        calls += 1;
        if (fault === 'foreign') throw new Error('CANARY-not-a-real-secret');
        if (fault === 'hang') return ['sh', '-c', 'echo $$ >>"$0"; exec sleep 600', log];
        return fault ? ['sh', '-c', scripts[fault] ?? ''] : ['cat', fileOf(ref)];
      };
      return {
        provider: execSecrets({ ...options, exitCodes, command, now: clock.now }),
        ...clock,
        async put(ref, value, expiresAt) {
          if (value === '' && options.output !== 'json')
            throw new Error('a command cannot print an empty text');
          await writeFile(fileOf(ref), contentOf(value, expiresAt));
        },
        ...(options.output !== 'json' && {
          putBytes: (ref, value) => writeFile(fileOf(ref), value),
        }),
        remove: (ref) => rm(fileOf(ref), { force: true }),
        calls: () => calls,
        fault(name) {
          fault = name;
        },
        hang() {
          appendFileSync(log, '');
          fault = 'hang';
        },
        pending: () => (linesOf(log).length === 0 ? 0 : aliveOf(log).length),
        async close() {
          folder.remove();
        },
      };
    },
  };
}

const text = harness(
  { scopes: [], maxValueLength: 1_048_575 },
  faults,
  {},
  (value) => `${value}\n`, // as most commands print it
);
const json = harness(
  { scopes: ['account', 'user'], expiryResolutionMs: 1 },
  jsonFaults,
  { output: 'json', scoped: true },
  (value, expiresAt) => JSON.stringify({ value, expiresAt }),
);

const onReport = saveReports(new URL('../../../.cache/conformance/', import.meta.url));

describeProvider('exec', text, { describe, it }, { onReport });
describeProvider('exec, JSON', json, { describe, it }, { onReport });
