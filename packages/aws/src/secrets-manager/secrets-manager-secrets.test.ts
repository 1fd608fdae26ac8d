import { describe, expect, it } from 'vitest';
import { answers, fails } from '../../test/faults.js';
import { secretsManagerBackend } from '../../test/secrets-manager-backend.js';
import { errorOf, setUpSecretsManager } from '../../test/setup.js';

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `secret-${at}`);

describe('a batch', () => {
  it('makes one request for twenty secrets, and reads each name once', async () => {
    const { secrets, server } = await setUpSecretsManager();
    for (const name of names(45)) await secrets.set(name, `of ${name}`);
    const before = server.operations.length;
    const refs: Record<string, string> = Object.fromEntries(
      [...names(45), 'missing'].map((name) => [name, name]),
    );
    refs['again'] = 'secret-0';
    const found = await secrets.getMany(refs);
    expect(names(45).map((name) => found[name]?.reveal())).toEqual(names(45).map((name) => `of ${name}`));
    expect([found['missing'], found['again']?.reveal()]).toEqual([undefined, 'of secret-0']);
    expect(server.operations.slice(before)).toEqual(Array(3).fill('BatchGetSecretValue'));
    const sizes = server.inputs.slice(before).map(({ SecretIdList: ids }) => (ids as unknown[]).length);
    expect(sizes).toEqual([20, 20, 6]);
  });

  it('asks for a version alone, and for one secret without a batch', async () => {
    const { secrets, server } = await setUpSecretsManager();
    await secrets.set('a', 'old');
    await secrets.set('a', 'new');
    const before = server.operations.length;
    const found = await secrets.getMany({ now: 'a', before: { name: 'a', version: 'AWSPREVIOUS' } });
    expect([found.now?.reveal(), found.before?.reveal()]).toEqual(['new', 'old']);
    expect(server.operations.slice(before)).toEqual(['GetSecretValue', 'GetSecretValue']);
  });

  it('reports the failure of one secret in its place', async () => {
    const { secrets, backend } = await setUpSecretsManager();
    await secrets.set('a', 'of a');
    await secrets.set('b', 'of b');
    await secrets.set('deleted', 'of deleted');
    await secrets.delete('deleted');
    backend.denied.add('b');
    const found = await secrets.getManySettled({
      a: 'a',
      b: 'b',
      deleted: 'deleted',
      c: { name: 'bad name' },
    });
    expect([found.a, found.deleted, found.c]).toEqual([expect.anything(), undefined, undefined]);
    expect(found.b).toMatchObject({ code: 'permission_denied', ref: { name: 'b' } });
  });

  it('that is denied is read one by one, and so are those of the next minute', async () => {
    let nowMs = 1_000;
    const { secrets, server } = await setUpSecretsManager({ now: () => nowMs });
    await secrets.set('a', 'of a');
    await secrets.set('b', 'of b');
    server.fault = (response, operation) => {
      if (!operation.endsWith('.BatchGetSecretValue')) return true;
      return fails('AccessDeniedException', 400)(response, operation);
    };
    const read = async (): Promise<readonly string[]> => {
      const before = server.operations.length;
      const { a, b } = await secrets.getMany({ a: 'a', b: 'b' });
      expect([a?.reveal(), b?.reveal()]).toEqual(['of a', 'of b']);
      return server.operations.slice(before);
    };
    expect(await read()).toEqual(['BatchGetSecretValue', 'GetSecretValue', 'GetSecretValue']);
    nowMs += 59_999;
    expect(await read()).toEqual(['GetSecretValue', 'GetSecretValue']);
    nowMs += 1;
    expect(await read()).toEqual(['BatchGetSecretValue', 'GetSecretValue', 'GetSecretValue']);
  });

  it('that fails gives each of its secrets the failure, without a request for each', async () => {
    const { secrets, server } = await setUpSecretsManager();
    server.fault = fails('ThrottlingException', 400);
    const found = await secrets.getManySettled({ a: 'a', b: 'b' });
    expect([found.a, found.b]).toMatchObject([{ code: 'rate_limited' }, { code: 'rate_limited' }]);
    expect(server.operations).toEqual(['BatchGetSecretValue']);
  });

  it('asks alone for a secret that the answer does not mention', async () => {
    const { secrets, server } = await setUpSecretsManager();
    await secrets.set('a', 'of a');
    await secrets.set('b', 'of b');
    server.fault = (response, operation) =>
      operation.endsWith('.BatchGetSecretValue') ? answers(200, {})(response, operation) : true;
    const { a, b } = await secrets.getMany({ a: 'a', b: 'b' });
    expect([a?.reveal(), b?.reveal()]).toEqual(['of a', 'of b']);
  });
});

describe('a write', () => {
  it('makes a version with the id of its idempotency key', async () => {
    const { secrets, server } = await setUpSecretsManager();
    const { version } = await secrets.set('a', 'value');
    const create = server.inputs[server.operations.indexOf('CreateSecret')];
    expect(version).toBe(create?.['ClientRequestToken']);
    expect((await secrets.require('a')).version).toBe(version);
  });

  it('writes again if another writer has created the secret meanwhile', async () => {
    const { secrets, server, backend } = await setUpSecretsManager();
    server.fault = (_, operation) => {
      if (!operation.endsWith('.CreateSecret') || backend.secrets.size > 0) return true;
      void backend.answer('secretsmanager.CreateSecret', { Name: 'a', SecretString: 'of another' });
      return true;
    };
    await secrets.set('a', 'own');
    expect(server.operations).toEqual(['PutSecretValue', 'CreateSecret', 'PutSecretValue']);
    expect((await secrets.require('a')).reveal()).toBe('own');
  });

  it('with a key that was used for another value is a conflict', async () => {
    const { backend, secrets, server } = await setUpSecretsManager();
    await secrets.set('a', 'value');
    server.fault = (response, operation) =>
      operation.endsWith('.PutSecretValue')
        ? fails('ResourceExistsException', 400)(response, operation)
        : true;
    expect(await errorOf(() => secrets.set('a', 'other'))).toMatchObject({ code: 'conflict' });
    expect(backend.secrets.get('a')?.versions).toHaveLength(1);
  });

  it('creates with the KMS key of the options', async () => {
    const { secrets, server } = await setUpSecretsManager({ kmsKeyId: 'alias/app' });
    await secrets.set('a', 'value');
    expect(server.inputs.at(-1)).toMatchObject({ Name: 'a', KmsKeyId: 'alias/app' });
  });

  it.each([
    ['an expiry', () => ({ value: 'value', options: { expiresAt: new Date('2999-01-01') } }), /expiry/],
    [
      '65,537 bytes',
      () => ({ value: '€'.repeat(21_845) + 'aa', options: {} }),
      /at most 65536 bytes.*got 65537/,
    ],
  ])('refuses %s, without a request', async (_, make, message) => {
    const { secrets, server } = await setUpSecretsManager();
    const { value, options } = make();
    const error = await errorOf(() => secrets.set('a', value, options));
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(error.message).toMatch(message);
    expect(server.operations).toEqual([]);
  });

  it.each(['a b', ' a', 'a:b', 'é', 'a'.repeat(513)])(
    'refuses the name %j, which AWS cannot hold, and a read finds nothing, both without a request',
    async (name) => {
      const { secrets, server } = await setUpSecretsManager();
      expect(await errorOf(() => secrets.set(name, 'value'))).toMatchObject({ code: 'invalid_argument' });
      expect(await secrets.get(name)).toBeUndefined();
      await secrets.delete(name);
      expect(await secrets.listVersions(name)).toEqual([]);
      expect(server.operations).toEqual([]);
    },
  );

  it('that is not confirmed is invalid_data', async () => {
    const { secrets, server } = await setUpSecretsManager();
    server.fault = answers(200, {});
    expect(await errorOf(() => secrets.set('a', 'value'))).toMatchObject({ code: 'invalid_data' });
  });
});

describe('a deleted secret', () => {
  it('is missing, and a write to it is a conflict that names the remedy', async () => {
    const { secrets } = await setUpSecretsManager();
    await secrets.set('a', 'value');
    await secrets.delete('a');
    await secrets.delete('a');
    expect(await secrets.get('a')).toBeUndefined();
    expect(await secrets.listVersions('a')).toEqual([]);
    const error = await errorOf(() => secrets.set('a', 'new'));
    expect(error.code).toBe('conflict');
    expect(error.message).toContain('restoreDeleted');
  });

  it.each([
    [undefined, { RecoveryWindowInDays: 30 }],
    [7, { RecoveryWindowInDays: 7 }],
    [0, { ForceDeleteWithoutRecovery: true }],
  ])('is deleted with recoveryWindowDays %s', async (recoveryWindowDays, expected) => {
    const { secrets, server } = await setUpSecretsManager(
      recoveryWindowDays === undefined ? {} : { recoveryWindowDays },
    );
    await secrets.delete('a');
    expect(server.inputs).toEqual([{ SecretId: 'a', ...expected }]);
  });

  it('is deleted again if the write after its restoration fails: its old value does not come back', async () => {
    const { secrets, server } = await setUpSecretsManager({ restoreDeleted: true });
    await secrets.set('a', 'revoked');
    await secrets.delete('a');
    let puts = 0;
    server.fault = (response, operation) => {
      if (!operation.endsWith('.PutSecretValue')) return true;
      puts += 1;
      return puts === 1 ? true : fails('EncryptionFailure', 400)(response, operation);
    };
    expect(await errorOf(() => secrets.set('a', 'new'))).toMatchObject({ code: 'permission_denied' });
    server.fault = undefined;
    expect(await secrets.get('a')).toBeUndefined();
  });

  it('differs from one that another AWS service manages, which is neither restored nor deleted', async () => {
    const { secrets, server, backend } = await setUpSecretsManager({ restoreDeleted: true });
    await secrets.set('a', 'value');
    const stored = backend.secrets.get('a');
    if (stored) stored.managed = true;
    expect(await errorOf(() => secrets.set('a', 'new'))).toMatchObject({ code: 'conflict' });
    expect(await errorOf(() => secrets.delete('a'))).toMatchObject({ code: 'conflict' });
    expect(server.operations).not.toContain('RestoreSecret');
    expect((await secrets.require('a')).reveal()).toBe('value');
  });
});

describe('readRotation', () => {
  const next = new Date('2030-01-02T03:04:05Z');

  it('adds the date of the next rotation to what is read, alone and in a batch', async () => {
    const { secrets, backend } = await setUpSecretsManager({ readRotation: true });
    await secrets.set('a', 'of a');
    await secrets.set('b', 'of b');
    const stored = backend.secrets.get('a');
    if (stored) stored.nextRotationMs = next.getTime();
    expect((await secrets.require('a')).refreshAt).toEqual(next);
    const { a, b } = await secrets.getMany({ a: 'a', b: 'b' });
    expect([a?.refreshAt, b?.refreshAt]).toEqual([next, undefined]);
    expect((await secrets.require({ name: 'a', version: 'AWSCURRENT' })).refreshAt).toBeUndefined();
  });

  it('reads the value without a date if the role may not describe the secret', async () => {
    const { secrets, server } = await setUpSecretsManager({ readRotation: true });
    await secrets.set('a', 'value');
    server.fault = (response, operation) =>
      operation.endsWith('.DescribeSecret') ? fails('AccessDeniedException', 400)(response, operation) : true;
    const secret = await secrets.require('a');
    expect([secret.reveal(), secret.refreshAt]).toEqual(['value', undefined]);
  });

  it('is off by default: one request', async () => {
    const { secrets, server } = await setUpSecretsManager();
    await secrets.get('a');
    expect(server.operations).toEqual(['GetSecretValue']);
  });
});

describe('an ARN', () => {
  const arnOf = (region: string, name = 'shared-AbCdEf'): string =>
    `arn:aws:secretsmanager:${region}:123456789012:secret:${name}`;

  it('from the option name reads the secret of another account, alone and in a batch', async () => {
    const backend = secretsManagerBackend();
    const { secrets } = await setUpSecretsManager(
      { name: ({ name }) => backend.secrets.get(name)?.arn ?? name },
      backend,
    );
    await secrets.set('a', 'of a');
    await secrets.set('b', 'of b');
    expect((await secrets.require('a')).reveal()).toBe('of a');
    await secrets.set('a', 'new');
    const { a, b } = await secrets.getMany({ a: 'a', b: 'b' });
    expect([a?.reveal(), b?.reveal()]).toEqual(['new', 'of b']);
  });

  it('may lack the six random characters at its end', async () => {
    const backend = secretsManagerBackend();
    const { secrets } = await setUpSecretsManager(
      { name: ({ name }) => backend.secrets.get(name)?.arn.slice(0, -7) ?? name },
      backend,
    );
    await secrets.set('a', 'of a');
    await secrets.set('b', 'of b');
    const { a, b } = await secrets.getMany({ a: 'a', b: 'b' });
    expect([a?.reveal(), b?.reveal()]).toEqual(['of a', 'of b']);
  });

  it('of another region is refused with both regions, and does not look missing', async () => {
    const { secrets, server } = await setUpSecretsManager({ name: () => arnOf('us-east-1') });
    for (const call of [() => secrets.get('a'), () => secrets.set('a', 'v'), () => secrets.delete('a')]) {
      const error = await errorOf(call);
      expect(error.code).toBe('invalid_argument');
      expect(error.message).toMatch(/us-east-1.*eu-central-1/);
    }
    expect(server.operations).toEqual([]);
  });

  it.each([
    'arn:aws:secretsmanager:eu-central-1:1:secret:a',
    'arn:aws:ssm:eu-central-1:123456789012:parameter/a',
    'arn:aws:secretsmanager:eu-central-1:123456789012:secret:CANARY name',
    'arn:',
  ])('that is wrong is refused without a request, and not quoted: %s', async (arn) => {
    const { secrets, server } = await setUpSecretsManager({ name: () => arn });
    const error = await errorOf(() => secrets.get('a'));
    expect(error.code).toBe('invalid_argument');
    expect(error.message).not.toContain('CANARY');
    expect(server.operations).toEqual([]);
  });

  it('from a name is not accepted: no tenant leaves the prefix', async () => {
    const { secrets, server } = await setUpSecretsManager();
    expect(await secrets.get(arnOf('eu-central-1'))).toBeUndefined();
    expect(await errorOf(() => secrets.set(arnOf('eu-central-1'), 'v'))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(server.operations).toEqual([]);
  });

  it('cannot create a secret', async () => {
    const { secrets, server } = await setUpSecretsManager({ name: () => arnOf('eu-central-1') });
    const error = await errorOf(() => secrets.set('a', 'v'));
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(server.operations).toEqual(['PutSecretValue']);
  });
});

describe('names and scopes', () => {
  it('are mapped by a template, there and back', async () => {
    const { secrets, backend } = await setUpSecretsManager({ name: 'apps/{account}/{name}' });
    const tenant = secrets.scoped({ account: 'acct_1' });
    await tenant.set('db/password', 'value');
    expect([...backend.secrets.keys()]).toEqual(['apps/acct_1/db/password']);
    const listed = [];
    for await (const ref of tenant.list()) listed.push(ref);
    expect(listed).toEqual([{ name: 'db/password', scope: { account: 'acct_1' } }]);
    expect(await secrets.get('db/password')).toBeUndefined();
    expect(await errorOf(() => secrets.set('db/password', 'v'))).toMatchObject({ code: 'invalid_argument' });
    const error = await errorOf(() => secrets.get({ name: 'a', scope: { account: '../acct_2' } }));
    expect(error.code).toBe('invalid_argument');
  });

  it('of a function cannot be listed, and undefined is missing', async () => {
    const { secrets, server } = await setUpSecretsManager({ name: () => undefined });
    expect(secrets.can('list')).toBe(false);
    expect(await secrets.get('a')).toBeUndefined();
    expect(await errorOf(() => secrets.set('a', 'v'))).toMatchObject({ code: 'invalid_argument' });
    expect(server.operations).toEqual([]);
  });

  it('not_found names the secret as it is called in AWS', async () => {
    const { secrets } = await setUpSecretsManager({ prefix: 'app/' });
    expect((await errorOf(() => secrets.require('token'))).message).toContain('"app/token"');
  });

  it('a version of more than 256 characters is missing, without a request', async () => {
    const { secrets, server } = await setUpSecretsManager();
    expect(await secrets.get({ name: 'a', version: 'v'.repeat(257) })).toBeUndefined();
    expect(server.operations).toEqual([]);
  });
});

describe('an answer', () => {
  it.each([[{ SecretString: '' }], [{ SecretBinary: '' }]])(
    'with an empty value is missing: %j',
    async (answer) => {
      const { secrets, server } = await setUpSecretsManager();
      server.fault = answers(200, answer);
      expect(await secrets.get('a')).toBeUndefined();
    },
  );

  it.each([
    ['about another secret', { Name: 'b', ARN: 'arn:b', SecretString: 'CANARY' }],
    ['with a lone surrogate', '{"Name":"a","SecretString":"CANARY\\ud800"}'],
    ['without a value', { Name: 'a', VersionId: 'v' }],
  ])('%s is invalid_data', async (_, answer) => {
    const { secrets, server } = await setUpSecretsManager();
    server.fault = answers(200, answer);
    const error = await errorOf(() => secrets.get('a'));
    expect(error.code).toBe('invalid_data');
    expect(error.message).not.toContain('CANARY');
  });

  it('of a batch with one secret without a value reports it in its place', async () => {
    const { secrets, server } = await setUpSecretsManager();
    server.fault = answers(200, { SecretValues: [{ Name: 'a' }, { Name: 'b', SecretString: 'of b' }] });
    const found = await secrets.getManySettled({ a: 'a', b: 'b' });
    expect(found.a).toMatchObject({ code: 'invalid_data' });
    expect(found.b).toMatchObject({ format: 'text' });
  });

  it('that lists versions is sorted by date, then by stage, over pages', async () => {
    const { secrets, server } = await setUpSecretsManager();
    await secrets.set('a', 'value');
    const pages = [
      {
        Versions: [
          { VersionId: 'old', CreatedDate: 1 },
          { VersionId: 'previous', VersionStages: ['AWSPREVIOUS'], CreatedDate: 2 },
        ],
        NextToken: 'more',
      },
      {
        Versions: [
          { VersionId: 'current', VersionStages: ['AWSCURRENT'], CreatedDate: 2 },
          { VersionId: 'undated' },
        ],
      },
    ];
    server.fault = (response, operation) =>
      operation.endsWith('.ListSecretVersionIds') ? answers(200, pages.shift())(response, operation) : true;
    const versions = await secrets.listVersions('a');
    expect(versions.map(({ version }) => version)).toEqual(['current', 'previous', 'old', 'undated']);
    expect(server.inputs.at(-1)).toMatchObject({ NextToken: 'more' });
  });

  it.each([[{ Versions: [{}] }], [{ Versions: 'none' }], [{ Versions: [], NextToken: 5 }]])(
    'to listVersions with another shape is invalid_data: %j',
    async (answer) => {
      const { secrets, server } = await setUpSecretsManager();
      await secrets.set('a', 'value');
      server.fault = (response, operation) =>
        operation.endsWith('.ListSecretVersionIds') ? answers(200, answer)(response, operation) : true;
      expect(await errorOf(() => secrets.listVersions('a'))).toMatchObject({ code: 'invalid_data' });
    },
  );
});
