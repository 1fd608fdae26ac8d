import { openProvider } from '@secretkit/config';
import { createSecrets } from '@secretkit/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { agentToken, startAgentServer } from '../test/agent-server.js';
import { type AwsServer, startAwsServer } from '../test/aws-server.js';
import { parameterStoreBackend } from '../test/parameter-store-backend.js';
import { secretsManagerBackend } from '../test/secrets-manager-backend.js';
import { type AwsOpenerOptions, awsOpener } from './opener.js';

const credentials = { accessKeyId: 'CANARY', secretAccessKey: 'CANARY' };

async function setUp(): Promise<{ server: AwsServer; options: AwsOpenerOptions }> {
  const secretsManager = secretsManagerBackend();
  const parameterStore = parameterStoreBackend();
  const server = await startAwsServer((operation, input) =>
    (operation.startsWith('secretsmanager') ? secretsManager : parameterStore).answer(operation, input),
  );
  onTestFinished(() => server.close());
  return { server, options: { clientOptions: { endpoint: server.url, credentials, maxAttempts: 5 } } };
}

async function open(url: string, options: AwsOpenerOptions) {
  const secrets = createSecrets(await openProvider(url, [awsOpener(options)]));
  onTestFinished(() => secrets.close());
  return secrets;
}

describe('awsOpener', () => {
  it.each([
    ['aws-sm://eu-central-1?prefix=app/', 'SecretId', 'app/token'],
    ['aws-sm://eu-central-1', 'SecretId', 'token'],
    ['aws-ssm://eu-central-1/app/prod', 'Name', '/app/prod/token'],
    ['aws-ssm://eu-central-1/app/prod/', 'Name', '/app/prod/token'],
    ['aws-ssm://eu-central-1', 'Name', 'token'],
  ])('opens %s', async (url, field, name) => {
    const { server, options } = await setUp();
    const secrets = await open(url, options);
    await secrets.set('token', 'value');
    expect(server.inputs[0]?.[field]).toBe(name);
    expect((await secrets.require('token')).reveal()).toBe('value');
  });

  it('makes clients with one attempt, whatever the options say', async () => {
    const { server, options } = await setUp();
    server.fault = (response) => {
      response.writeHead(503).end();
      return undefined;
    };
    const secrets = await open('aws-sm://eu-central-1', options);
    await expect(secrets.get('token')).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.operations).toHaveLength(1);
  });

  it('takes a template, and the region of the options', async () => {
    const { server, options } = await setUp();
    const clientOptions = { ...options.clientOptions, region: 'eu-central-1' };
    const secrets = await open('aws-sm:?name=apps/{account}/{name}', { clientOptions });
    await secrets.get({ name: 'token', scope: { account: 'acct_1' } });
    expect(server.inputs).toEqual([{ SecretId: 'apps/acct_1/token' }]);
    const parameters = await open('aws-ssm:?name=/apps/{account}/{name}', { clientOptions });
    await parameters.get({ name: 'token', scope: { account: 'acct_1' } });
    expect(server.inputs.at(-1)).toMatchObject({ Name: '/apps/acct_1/token' });
  });

  it('opens the agent', async () => {
    const backend = secretsManagerBackend();
    await backend.answer('secretsmanager.CreateSecret', { Name: 'app/token', SecretString: 'value' });
    const server = await startAgentServer(backend.answer);
    onTestFinished(() => server.close());
    const secrets = await open(`aws-agent:?prefix=app/&port=${server.port}`, { token: () => agentToken });
    expect((await secrets.require('token')).reveal()).toBe('value');
    await expect(open('aws-agent:?store=files', {})).rejects.toThrow(/store must be one of/);
  });

  it('has three schemes, with another start if one is given', () => {
    expect(awsOpener().schemes).toEqual(['aws-sm', 'aws-ssm', 'aws-agent']);
    expect(awsOpener({ scheme: 'aws-eu' }).schemes).toEqual(['aws-eu-sm', 'aws-eu-ssm', 'aws-eu-agent']);
  });

  it.each([
    'aws-sm://CANARY',
    'aws-sm://eu-central-1/app',
    'aws-sm://eu-central-1?preifx=CANARY',
    'aws-sm://eu-central-1?prefix=CANARY%20',
    'aws-sm://eu-central-1?prefix=a/&name=b/{name}',
    'aws-ssm://eu-central-1/a%20b',
    'aws-ssm://eu-central-1/app?prefix=a',
    'aws-ssm://eu-central-1/app?name=/b/{name}',
    'aws-agent://host',
  ])('refuses %s before any request', async (url) => {
    const { server, options } = await setUp();
    const opened = open(url, options);
    await expect(opened).rejects.toThrow(TypeError);
    await expect(opened).rejects.not.toThrow(/CANARY/);
    expect(server.operations).toEqual([]);
  });

  it('refuses a URL of another scheme', async () => {
    await expect(awsOpener().open(new URL('constructor:'))).rejects.toThrow(/aws-sm, aws-ssm, aws-agent/);
  });

  it.each([
    [{ clientOptions: 'CANARY' }, /clientOptions must be an object/],
    [{ token: 'CANARY' }, /token must be a function/],
    [{ scheme: 'AWS:' }, /scheme/],
    [{ region: 'CANARY' }, /unknown option "region"/],
  ])('refuses the options %j', (options, message) => {
    expect(() => awsOpener(options as never)).toThrow(message);
    expect(() => awsOpener(options as never)).not.toThrow(/CANARY/);
  });

  it.each([
    ['aws-sm', '@aws-sdk/client-secrets-manager'],
    ['aws-ssm', '@aws-sdk/client-ssm'],
  ])('%s: names the package of the SDK that is not installed', async (scheme, name) => {
    vi.doMock(name, () => {
      throw new Error('CANARY');
    });
    onTestFinished(() => {
      vi.doUnmock(name);
    });
    const opened = open(`${scheme}://eu-central-1`, {});
    await expect(opened).rejects.toThrow(`Run npm install ${name}.`);
    await expect(opened).rejects.not.toThrow(/CANARY/);
  });
});
