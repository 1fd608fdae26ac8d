import { createSecrets } from '@secretkit/core';
import { afterEach, expect, it } from 'vitest';
import { execSecrets } from './exec-secrets.js';
import { execOpener } from './opener.js';

const script = 'if [ -n "$CANARY_VARIABLE" ]; then echo other; else echo own; fi';
const command = () => ['sh', '-c', script];
const added = {
  command: () => ['echo', 'other'],
  commands: { op: () => ['echo', 'other'] },
  output: 'json',
  keepNewline: true,
  env: { CANARY_VARIABLE: 'set' },
  CANARY_VARIABLE: 'set',
  exitCodes: { 3: 'missing' },
  3: 'missing',
  scoped: true,
  leadingDash: true,
  timeoutMs: 1,
  maxProcesses: 0,
  now: () => Infinity,
  scheme: 'other',
  scope: { account: 'other' },
  account: 'other',
  user: 'other',
  fresh: true,
  expiresAt: '2000-01-01T00:00:00Z',
  version: 'other',
};

afterEach(() => {
  for (const field of Object.keys(added)) Reflect.deleteProperty(Object.prototype, field);
});

it.each(Object.entries(added))(
  'the field %s, added to Object.prototype, changes no command',
  async (field, value) => {
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    const secret = await createSecrets(execSecrets({ command })).get('a');
    expect([secret?.reveal(), secret?.version, secret?.expiresAt]).toEqual(['own', undefined, undefined]);
    const json = execSecrets({ command: () => ['echo', '{"value":"own"}'], output: 'json' });
    const parsed = await createSecrets(json).get('a');
    expect([parsed?.reveal(), parsed?.version, parsed?.expiresAt]).toEqual(['own', undefined, undefined]);
    const failing = createSecrets(execSecrets({ command: () => ['sh', '-c', 'exit 3'] }));
    await expect(failing.get('a')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(failing.get('-a')).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(await failing.get({ name: 'a', scope: { account: 'acct_1' } })).toBeUndefined();
    expect(execOpener({ commands: { op: command } }).schemes).toEqual(['exec']);
    expect(() => execSecrets({} as never)).toThrow(/command must be/);
    expect(() => execOpener({} as never)).toThrow(/commands must be/);
  },
);
