import { afterAll, describe, expect } from 'vitest';
import { sdk } from '../test/sdk.js';
import type { Emulator } from './start-emulator.js';
import { emulatorTest } from './vitest.js';

const test = emulatorTest({ ownAccount: 'acct_own' });
const scope = { type: 'account' } as const;

describe('emulatorTest', () => {
  const seen: Emulator[] = [];

  test('starts an emulator with the options for a test', async ({ emulator }) => {
    seen.push(emulator);
    await sdk(emulator).apps.secrets.create({ scope, name: 'a', payload: 'p' });
    expect(emulator.requests.list()).toMatchObject([{ operation: 'create', account: 'acct_own' }]);
  });

  test('starts another emulator for the next test, after the first is closed', async ({ emulator }) => {
    seen.push(emulator);
    expect((await sdk(emulator).apps.secrets.list({ scope })).data).toEqual([]);
    const [first] = seen;
    expect(first).not.toBe(emulator);
    await expect(fetch(first?.url ?? '')).rejects.toThrow();
  });

  test.fails('closes the emulator after a test that fails', ({ emulator }) => {
    seen.push(emulator);
    expect(emulator.port).toBe(0);
  });

  test('starts no emulator for a test that does not use it', () => {
    expect(seen).toHaveLength(3);
  });

  test.extend<{ client: ReturnType<typeof sdk> }>({
    client: async ({ emulator }, use) => use(sdk(emulator)),
  })('supports test.extend', async ({ client, emulator }) => {
    await client.apps.secrets.list({ scope });
    expect(emulator.requests.count()).toBe(1);
  });

  afterAll(async () => {
    for (const { url } of seen) await expect(fetch(url)).rejects.toThrow();
  });
});
