import { describe, expect, it } from 'vitest';
import { parameterStoreClient } from '../test/harness.js';
import { inMemoryClient } from '../test/in-memory-client.js';
import { parameterStoreSecrets } from './parameter-store/index.js';
import { secretsManagerSecrets } from './secrets-manager/index.js';

const makers = {
  secretsManagerSecrets: (options: object) =>
    secretsManagerSecrets({ client: inMemoryClient({}), ...options }),
  parameterStoreSecrets: (options: object) =>
    parameterStoreSecrets({ client: parameterStoreClient('http://127.0.0.1:9'), ...options }),
};

describe.each(Object.entries(makers))('%s', (owner, make) => {
  it.each([
    [{ kmsKeyId: '' }, /kmsKeyId must .* got an empty string/],
    [{ kmsKeyId: 5 }, /kmsKeyId must .* got number/],
    [{ clientRetries: 'CANARY' }, /clientRetries must be true or false, got string/],
    [{ now: 5 }, /now must be a function/],
    [{ prefxi: 'CANARY' }, /unknown option "prefxi"/],
    [{ prefix: 'CANARY %' }, /prefix must/],
  ])('refuses %j', (options, message) => {
    const call = () => make(options);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
    expect(call).toThrow(new RegExp(`^${owner}: `));
    expect(call).not.toThrow(/CANARY/);
  });
});

it.each([
  [{ restoreDeleted: 'CANARY' }, TypeError, /restoreDeleted must be true or false/],
  [{ readRotation: 1 }, TypeError, /readRotation must be true or false/],
  [{ recoveryWindowDays: 'CANARY' }, TypeError, /recoveryWindowDays/],
  [{ recoveryWindowDays: 6 }, RangeError, /between 7 and 30/],
  [{ recoveryWindowDays: 31 }, RangeError, /between 7 and 30/],
  [{ recoveryWindowDays: 7.5 }, RangeError, /whole number/],
])('secretsManagerSecrets refuses %j', (options, kind, message) => {
  const call = () => makers.secretsManagerSecrets(options);
  expect(call).toThrow(kind);
  expect(call).toThrow(message);
  expect(call).not.toThrow(/CANARY/);
});

it.each([[{ tier: 'CANARY' }], [{ tier: 5 }]])('parameterStoreSecrets refuses %j', (options) => {
  const call = () => makers.parameterStoreSecrets(options);
  expect(call).toThrow(/tier must be one of Standard, Advanced, Intelligent-Tiering/);
  expect(call).not.toThrow(/CANARY/);
});
