import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expectNoLeak } from '@secretkit/conformance';
import type { Secrets } from '@secretkit/core';
import { describe, expect, it } from 'vitest';
import { commonErrors, type FaultRow, faultTable } from '../test/fault-table.js';
import { fails } from '../test/faults.js';
import { setUpParameterStore, setUpSecretsManager } from '../test/setup.js';

const canary = 'CANARY-not-a-real-secret';

const operations: Readonly<Record<FaultRow['operation'], (secrets: Secrets) => Promise<unknown>>> = {
  get: (secrets) => secrets.get('a'),
  getMany: (secrets) => secrets.getMany({ a: 'a', b: 'b' }),
  list: (secrets) => secrets.list()[Symbol.asyncIterator]().next(),
  set: (secrets) => secrets.set('a', canary),
  delete: (secrets) => secrets.delete('a'),
  listVersions: (secrets) => secrets.listVersions('a'),
};

async function setUp({ store, failing }: FaultRow) {
  if (store === 'ssm') return setUpParameterStore({ prefix: '/' });
  const made = await setUpSecretsManager({ restoreDeleted: failing === 'RestoreSecret' });
  if (failing === 'ListSecretVersionIds' || failing === 'RestoreSecret') await made.secrets.set('a', canary);
  if (failing === 'RestoreSecret') await made.secrets.delete('a');
  return made;
}

describe.each(faultTable)('$failing: $name ($status)', (row) => {
  it(`is ${row.expected}, and shows nothing of the answer`, async () => {
    const { secrets, server } = await setUp(row);
    let failures = 0;
    server.fault = (response, operation) => {
      const isFirst = row.expected !== 'done' || failures === 0;
      if (!operation.endsWith(`.${row.failing}`) || !isFirst) return true;
      failures += 1;
      return fails(row.name, row.status)(response, operation);
    };
    const outcome: unknown = await operations[row.operation](secrets).catch((error: unknown) => error);
    expect(failures).toBeGreaterThan(0);
    if (row.expected === 'missing') expect(outcome ?? []).toEqual([]);
    else if (row.expected === 'done') expect(outcome).not.toBeInstanceOf(Error);
    else {
      expect(outcome).toMatchObject({ code: row.expected, details: { status: row.status } });
      expectNoLeak(canary, outcome);
    }
  });
});

/** Returns the names that the SDK's own reference, which is made from that of the API, has for an operation. */
function namesInReference({ store, failing }: Pick<FaultRow, 'store' | 'failing'>): readonly string[] {
  const client = `@aws-sdk/client-${store === 'ssm' ? 'ssm' : 'secrets-manager'}`;
  const root = dirname(createRequire(import.meta.url).resolve(`${client}/package.json`));
  const text = readFileSync(join(root, `dist-types/commands/${failing}Command.d.ts`), 'utf8');
  return [...text.matchAll(/@throws \{@link (\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !name.endsWith('ServiceException'));
}

const called = [...new Map(faultTable.map((row) => [row.failing, row])).values()];

it.each(called)('the table has each error of the API reference of $failing', (row) => {
  const inTable = faultTable.filter(({ failing }) => failing === row.failing).map(({ name }) => name);
  const inReference = namesInReference(row);
  expect(inReference.length).toBeGreaterThan(0);
  expect(inReference.filter((name) => !inTable.includes(name))).toEqual([]);
});

it('the table has no error twice for one operation', () => {
  const keys = faultTable.map(({ failing, name }) => `${failing} ${name}`);
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  expect(commonErrors.length).toBeGreaterThan(0);
});
