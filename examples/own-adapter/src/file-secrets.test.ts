import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProvider } from '@secretkit/conformance';
import { counting, fakeClock } from '@secretkit/testing';
import { describe, it } from 'vitest';
import { fileSecrets } from './file-secrets.js';

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'secretkit-'));
  const path = join(folder, 'secrets.json');
  await writeFile(path, '{}');
  const change = async (name: string, value: string | undefined) => {
    const values = new Map(Object.entries(JSON.parse(await readFile(path, 'utf8')) as object));
    await writeFile(path, JSON.stringify(Object.fromEntries(values.set(name, value))));
  };
  const { provider, calls } = counting(fileSecrets(path));
  return {
    provider,
    calls: () => calls(),
    ...fakeClock(), // nothing expires in a file
    put: ({ name }: { name: string }, value: string) => change(name, value),
    remove: ({ name }: { name: string }) => change(name, undefined),
    fault: (kind: string) => (kind === 'unreadable' ? rm(path) : writeFile(path, '{"token": CANARY')),
    close: () => rm(folder, { recursive: true }),
  };
}

const traits = { scopes: [], faults: ['unreadable', 'malformedBody'] } as const;
describeProvider('file', { traits, open }, { describe, it });
