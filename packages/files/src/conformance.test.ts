import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BackendTraits,
  describeProvider,
  type Fixture,
  type Harness,
  saveReports,
} from '@secretkit/conformance';
import type { SecretRef } from '@secretkit/core/provider';
import { counting, fakeClock } from '@secretkit/testing';
import { describe, it } from 'vitest';
import { directorySecrets } from './directory-secrets.js';
import { dotenvSecrets } from './dotenv-secrets.js';

const traits: BackendTraits = { scopes: [], faults: ['unreadable'] };
const fold = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
const isName = (name: string): boolean => !/\/|^\.\.|^\.$/.test(name);

function unscoped({ name, scope }: SecretRef): string {
  if (scope) throw new Error('files have no scopes');
  return name;
}

type Content = Map<string, string | Uint8Array>;

/** A backend that is written as a whole after each change. */
function harness(
  extra: Partial<BackendTraits>,
  make: (folder: string) => Fixture['provider'],
  write: (folder: string, content: Content, state: number) => Promise<void>,
): Harness {
  return {
    traits: { ...traits, ...extra },
    async open() {
      const folder = await mkdtemp(join(tmpdir(), 'secretkit-'));
      const content: Content = new Map();
      let states = 0;
      await write(folder, content, 0);
      const { provider, calls } = counting(make(folder));
      return {
        provider,
        calls: () => calls(),
        ...fakeClock(),
        async put(ref, value) {
          content.set(unscoped(ref), value);
          await write(folder, content, ++states);
        },
        ...(extra.fold === undefined && {
          async putBytes(ref: SecretRef, value: Uint8Array) {
            content.set(unscoped(ref), value);
            await write(folder, content, ++states);
          },
        }),
        async remove(ref) {
          content.delete(unscoped(ref));
          await write(folder, content, ++states);
        },
        fault: () => rm(folder, { recursive: true }),
        close: () => rm(folder, { recursive: true, force: true }),
      };
    },
  };
}

/** One newline at the end is not part of a text. */
function bytesOf(value: string | Uint8Array): string | Uint8Array {
  return typeof value === 'string' ? `${value}\n` : value;
}

async function writeFiles(folder: string, content: Content): Promise<void> {
  for (const [name, value] of content) await writeFile(join(folder, name), bytesOf(value));
}

/** Docker's and systemd's layout: files in a folder, which is replaced here by another one. */
async function writeFolder(folder: string, content: Content): Promise<void> {
  const next = `${folder}.next`;
  await mkdir(next);
  await writeFiles(next, content);
  await rm(folder, { recursive: true });
  await rename(next, folder);
}

/** As the kubelet does it. */
async function writeGeneration(folder: string, content: Content, state: number): Promise<void> {
  const generation = `..state_${state}`;
  await mkdir(join(folder, generation));
  await writeFiles(join(folder, generation), content);
  await symlink(generation, join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  await rm(join(folder, `..state_${state - 1}`), { recursive: true, force: true });
}

async function writeDotenv(folder: string, content: Content): Promise<void> {
  const lines = [...content].map(([name, value]) => `${fold(name)}=${quoted(value as string)}`); // texts alone
  await writeFile(join(folder, '.env.next'), `${lines.join('\n')}\n`);
  await rename(join(folder, '.env.next'), join(folder, '.env'));
}

/** Returns the value in quotes that it does not contain, of which the file format has three. */
function quoted(value: string): string {
  const quote = [`'`, '`', '"'].find((each) => !value.includes(each));
  if (quote === undefined || value.includes('\r')) throw new Error('a .env file cannot hold it');
  return `${quote}${value}${quote}`;
}

const folder = harness({ isName }, (directory) => directorySecrets({ directory }), writeFolder);
const mount = harness({ isName }, (directory) => directorySecrets({ directory }), writeGeneration);
const dotenv = harness({ fold }, (path) => dotenvSecrets({ path: join(path, '.env') }), writeDotenv);

const onReport = saveReports(new URL('../../../.cache/conformance/', import.meta.url));

describeProvider('files, a folder', folder, { describe, it }, { onReport });
// Windows makes links for administrators alone, and Deno for programs that may read and write everything.
if (process.platform !== 'win32' && !('Deno' in globalThis)) {
  describeProvider('files, a Kubernetes mount', mount, { describe, it }, { onReport });
}
describeProvider('files, dotenv', dotenv, { describe, it }, { onReport });
