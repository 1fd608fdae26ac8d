import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecrets, type Secrets } from '@secretkit/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type AgentServer, agentToken, startAgentServer } from '../../test/agent-server.js';
import { answers } from '../../test/faults.js';
import { parameterStoreBackend } from '../../test/parameter-store-backend.js';
import { secretsManagerBackend } from '../../test/secrets-manager-backend.js';
import { errorOf } from '../../test/setup.js';
import { type AgentSecrets, type AgentSecretsOptions, agentSecrets } from './index.js';

const token = (): string => agentToken;

async function setUp(
  options: AgentSecretsOptions = {},
): Promise<{ server: AgentServer; secrets: Secrets<AgentSecrets> }> {
  const secretsManager = secretsManagerBackend();
  const parameterStore = parameterStoreBackend();
  await secretsManager.answer('secretsmanager.CreateSecret', { Name: 'app/db', SecretString: 'of db' });
  await secretsManager.answer('secretsmanager.CreateSecret', { Name: 'app/key', SecretBinary: 'AP8=' });
  await secretsManager.answer('secretsmanager.CreateSecret', {
    Name: 'app/deleted',
    SecretString: 'revoked',
  });
  await secretsManager.answer('secretsmanager.DeleteSecret', { SecretId: 'app/deleted' });
  await parameterStore.answer('AmazonSSM.PutParameter', {
    Name: '/app/db',
    Value: 'of db',
    Type: 'SecureString',
  });
  const server = await startAgentServer((operation, input) =>
    (operation.startsWith('AmazonSSM') ? parameterStore : secretsManager).answer(operation, input),
  );
  onTestFinished(() => server.close());
  return { server, secrets: createSecrets(agentSecrets({ port: server.port, token, ...options })) };
}

describe('the agent', () => {
  it('reads texts and bytes of Secrets Manager, with their version and date', async () => {
    const { secrets, server } = await setUp({ prefix: 'app/' });
    const secret = await secrets.require('db');
    expect([secret.reveal(), secret.version?.length]).toEqual(['of db', 36]);
    expect(Date.now() - (secret.createdAt?.getTime() ?? 0)).toBeLessThan(60_000);
    expect((await secrets.require('key')).bytes()).toEqual(new Uint8Array([0x00, 0xff]));
    expect(await secrets.get('deleted')).toBeUndefined();
    expect(await secrets.get('missing')).toBeUndefined();
    expect(server.requests[0]?.pathname).toBe('/secretsmanager/get');
    expect([...(server.requests[0]?.searchParams ?? [])]).toEqual([['secretId', 'app/db']]);
  });

  it.each<[number, string, string]>([
    [201, '{"SecretString":"v"}', 'invalid_data'],
    [202, '{}', 'invalid_data'],
    [204, '', 'invalid_data'],
    [206, '{"SecretString":"v"}', 'invalid_data'],
    [403, 'api error ResourceNotFoundException: x', 'unauthenticated'],
    [502, '{"__type":"ResourceNotFoundException"}', 'unavailable'],
  ])('does not take an answer with status %i and %s for a missing secret', async (status, body, code) => {
    const fetch = async (): Promise<Response> => new Response(body === '' ? null : body, { status });
    const secrets = createSecrets(agentSecrets({ token, fetch }));
    const error = await errorOf(() => secrets.get('a'));
    expect(error).toMatchObject({ code, message: expect.stringContaining(`HTTP ${status}`) });
  });

  it.each([
    ['secrets-manager', { Name: 'b', SecretString: 'CANARY' }],
    ['parameter-store', { Parameter: { Name: 'b', Value: 'CANARY', Version: 1 } }],
  ] as const)('refuses an answer of %s about another secret', async (store, answer) => {
    const fetch = async (): Promise<Response> => Response.json(answer);
    const error = await errorOf(() => createSecrets(agentSecrets({ token, store, fetch })).get('a'));
    expect(error).toMatchObject({ code: 'invalid_data', message: expect.not.stringContaining('CANARY') });
  });

  it('says how to start it, if it does not run', async () => {
    const fetch = () => Promise.reject(Object.assign(new Error('x'), { cause: { code: 'ECONNREFUSED' } }));
    const error = await errorOf(() => createSecrets(agentSecrets({ token, fetch })).get('a'));
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('Start the agent') });
  });

  it.each([undefined, '', 5])('names the option token when that returns %s', async (wrong) => {
    const secrets = createSecrets(agentSecrets({ token: () => wrong as string }));
    expect(await errorOf(() => secrets.get('a'))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('the option token must return a text'),
    });
  });

  it('asks past the cache of the agent for a fresh read', async () => {
    const { secrets, server } = await setUp({ prefix: 'app/' });
    await secrets.get('db', { fresh: true });
    expect(server.requests[0]?.searchParams.get('refreshNow')).toBe('true');
  });

  it('reads Parameter Store through the Lambda extension', async () => {
    const { secrets, server } = await setUp({ prefix: '/app/', store: 'parameter-store' });
    const secret = await secrets.require('db', { fresh: true });
    expect([secret.reveal(), secret.version]).toEqual(['of db', '1']);
    expect(secret.createdAt).toBeInstanceOf(Date);
    expect(await secrets.get('missing')).toBeUndefined();
    expect(server.requests[0]?.pathname).toBe('/systemsmanager/parameters/get');
    const query = [...(server.requests[0]?.searchParams ?? [])];
    expect(query).toEqual([
      ['name', '/app/db'],
      ['withDecryption', 'true'],
    ]);
  });

  it('has neither versions nor writes, and a name that AWS cannot hold is missing, all without a request', async () => {
    const { secrets, server } = await setUp();
    expect(['set', 'list', 'listVersions', 'getMany'].map((each) => secrets.can(each as 'set'))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(await errorOf(() => secrets.get({ name: 'a', version: 'AWSPREVIOUS' }))).toMatchObject({
      code: 'unsupported',
    });
    expect(await secrets.get('a b')).toBeUndefined();
    expect(await secrets.get({ name: 'db', scope: { account: 'a' } })).toBeUndefined();
    expect(server.requests).toEqual([]);
  });

  it('not_found names the secret as it is called in AWS', async () => {
    const { secrets } = await setUp({ prefix: 'app/' });
    expect((await errorOf(() => secrets.require('missing'))).message).toContain('"app/missing"');
  });
});

describe('a failure', () => {
  it('with a wrong token is unauthenticated, and shows no token', async () => {
    const { secrets } = await setUp({ token: () => 'CANARY' });
    const error = await errorOf(() => secrets.get('a'));
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toMatch(/AWS_TOKEN/);
    expect(error.message).not.toContain('CANARY');
  });

  it.each([
    [429, 'Connection limit exceeded', 'rate_limited'],
    [503, 'Serving not enabled. Hit the /start_serving endpoint to enable serving requests.', 'unavailable'],
    [400, 'not ready to serve traffic, please wait', 'unavailable'],
    [400, 'Forwarded', 'invalid_argument'],
    [404, 'Not found', 'unavailable'],
    [405, 'Not allowed', 'unknown'],
    [500, '{"__type":"InternalFailure"}', 'unavailable'],
    [504, '{"__type":"TimeoutError", "message":"Timeout"}', 'timeout'],
    [502, '{"__type":"ConnectionError", "message":"Read Error"}', 'unavailable'],
    [400, '{"__type":"AccessDeniedException", "message":"CANARY "quoted""}', 'permission_denied'],
    [400, '{"__type":"com.amazonaws#DecryptionFailure","message":"CANARY"}', 'permission_denied'],
    [400, 'operation error SSM: GetParameter, api error AccessDeniedException: CANARY', 'permission_denied'],
    [200, 'healthy', 'unavailable'],
    [200, '{}', 'invalid_data'],
    [200, '{"SecretBinary":"###"}', 'invalid_data'],
    [200, '{"SecretString":"a\\ud800"}', 'invalid_data'],
  ])('%d %s is %s', async (status, body, code) => {
    const { secrets, server } = await setUp();
    server.fault = answers(status, body, 'text/plain');
    const error = await errorOf(() => secrets.get('a'));
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('CANARY');
  });

  it('of an agent that is not there is unavailable', async () => {
    const { secrets, server } = await setUp();
    await server.close();
    expect(await errorOf(() => secrets.get('a'))).toMatchObject({ code: 'unavailable' });
  });

  it('of an abort is the reason of the signal, before any request', async () => {
    const { secrets, server } = await setUp();
    const reason = new Error('of the caller');
    await expect(secrets.get('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });
});

describe('the token', () => {
  function stub(variables: Readonly<Record<string, string | undefined>>): void {
    for (const each of ['AWS_TOKEN', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN']) {
      vi.stubEnv(each, variables[each]);
    }
  }

  async function outcome(): Promise<string> {
    const { secrets } = await setUp({ token: undefined as never, prefix: 'app/' });
    const found = await secrets
      .get('db')
      .catch((error: unknown) => error as { code: string; message: string });
    return found && 'code' in found ? `${found.code}: ${found.message}` : (found?.reveal() ?? 'missing');
  }

  it.each(['AWS_TOKEN', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'])(
    'is in %s',
    async (variable) => {
      stub({ [variable]: agentToken });
      expect(await outcome()).toBe('of db');
    },
  );

  it('of AWS_TOKEN comes first', async () => {
    stub({ AWS_TOKEN: agentToken, AWS_SESSION_TOKEN: 'another' });
    expect(await outcome()).toBe('of db');
  });

  it('may be in a file, which is read for each request', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secretkit-aws-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'token');
    stub({ AWS_TOKEN: `file://${file}` });
    expect(await outcome()).toMatch(/^unauthenticated.*AWS_TOKEN names cannot be read/);
    writeFileSync(file, `${agentToken}\n`);
    expect(await outcome()).toBe('of db');
  });

  it.runIf(process.platform !== 'win32')(
    'in a pipe without a writer, or in a large file, is unauthenticated, and takes no thread of the platform',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'secretkit-aws-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const file = join(folder, 'token');
      execFileSync('mkfifo', [file]);
      stub({ AWS_TOKEN: `file://${file}` });
      const { secrets } = await setUp({ token: undefined as never, prefix: 'app/' });
      const codes = await Promise.all(
        Array.from({ length: 8 }, async (_, at) => (await errorOf(() => secrets.get(`db-${at}`))).code),
      );
      expect(new Set(codes)).toEqual(new Set(['unauthenticated']));
      rmSync(file);
      writeFileSync(file, 'a'.repeat(65_537));
      expect(await outcome()).toMatch(/^unauthenticated.*cannot be read/);
    },
  );

  it('that is nowhere is unauthenticated, and says where it belongs', async () => {
    stub({});
    expect(await outcome()).toMatch(/^unauthenticated.*Set AWS_TOKEN/);
    stub({ AWS_TOKEN: '' });
    expect(await outcome()).toMatch(/^unauthenticated.*Set AWS_TOKEN/);
  });
});

describe('the port', () => {
  it('is that of the Lambda extension, unless an option is set', async () => {
    const { server } = await setUp();
    vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', String(server.port));
    const secrets = createSecrets(agentSecrets({ token, prefix: 'app/' }));
    expect((await secrets.require('db')).reveal()).toBe('of db');
    vi.stubEnv('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', 'CANARY');
    expect(() => agentSecrets()).toThrow(RangeError);
    expect(() => agentSecrets()).not.toThrow(/CANARY/);
    expect(() => agentSecrets({ port: 2773 })).not.toThrow();
  });
});

it.each([
  [{ store: 'CANARY' }, /store/],
  [{ port: 0 }, /port/],
  [{ port: '2773' }, /port/],
  [{ token: 'CANARY' }, /token must be a function/],
  [{ fetch: 'CANARY' }, /fetch must be a function/],
  [{ timeoutMs: 0 }, /timeoutMs/],
  [{ prot: 1 }, /unknown option "prot"/],
])('refuses the options %j', (options, message) => {
  expect(() => agentSecrets(options as never)).toThrow(message);
  expect(() => agentSecrets(options as never)).not.toThrow(/CANARY/);
});
