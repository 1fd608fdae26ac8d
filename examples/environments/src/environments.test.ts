import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Emulator, startEmulator } from '@secretkit/stripe-emulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSecretsManager } from '../test/secrets-manager.js';
import { run } from './run.js';

let emulator: Emulator;
let folder: string;
beforeAll(async () => {
  emulator = await startEmulator({ allowLiveKeys: true });
  for (const mode of ['test', 'live'] as const) {
    for (const account of [undefined, 'acct_example']) {
      const put = (name: string, payload: string) => emulator.secrets.put({ name, payload, mode, account });
      put('database-url', `postgres://app:CANARY-value@${mode}.example/app`);
      put('partner-token', 'CANARY-value');
      put('pool-size', '20');
      put('sentry-dsn', 'https://CANARY-value@sentry.example/1');
    }
  }
});
afterAll(() => emulator.close());

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secretkit-'));
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(
    join(folder, '.env'),
    'DATABASE_URL=postgres://app:CANARY-value@file.example/app\nPARTNER_TOKEN="CANARY-value"\n',
  );
  const mounted = {
    'database-url': 'postgres://mounted.example/app\n',
    'partner-token': 'CANARY-value',
    'pool-size': '20\n',
  };
  for (const [name, value] of Object.entries(mounted)) writeFileSync(join(folder, 'secrets', name), value);
});
afterAll(() => rmSync(folder, { recursive: true }));

// A machine with a role of AWS, and with the tool `op`, which is signed in.
let awsUrl: string;
beforeAll(async () => {
  const server = await startSecretsManager({
    'app/database-url': 'postgres://app:CANARY-value@aws.example/app',
    'app/partner-token': 'CANARY-value',
    'app/pool-size': '20',
  });
  const tool = join(folder, 'op');
  const answers =
    '*/database-url/*) echo postgres://op.example/app;; */pool-size/*) echo 20;; *) echo CANARY-value;;';
  writeFileSync(
    tool,
    `#!/bin/sh\ncase "$2" in */sentry-dsn/*) echo https://sentry.example/1;; ${answers} esac\n`,
  );
  chmodSync(tool, 0o755);
  awsUrl = server.url;
  return server.close;
});
beforeEach(() => {
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
  vi.stubEnv('AWS_ENDPOINT_URL', awsUrl);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'an-example');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'an-example');
});

const inStore = (host: string): string =>
  `database  ${host}, 20 connections\npartner   a token of 12 characters\nsentry    on`;

/** What the README's table says, each on the emulator where it says Stripe. */
const environments: { at: string; url: string; env?: NodeJS.ProcessEnv; prints: string }[] = [
  {
    at: 'a laptop',
    url: 'memory:',
    prints: 'database  localhost, 5 connections\npartner   a token of 16 characters\nsentry    off',
  },
  {
    at: 'a laptop with the emulator',
    url: 'stripe:?baseUrl=http://127.0.0.1:12140',
    env: { STRIPE_SECRET_KEY: 'sk_test_example' },
    prints: inStore('test.example'),
  },
  {
    at: 'a laptop with a file',
    url: 'dotenv:.env.local,.env',
    prints: 'database  file.example, 5 connections\npartner   a token of 12 characters\nsentry    off',
  },
  {
    at: 'a laptop with 1Password',
    url: 'exec:op',
    prints: inStore('op.example'),
  },
  {
    at: 'CI',
    url: 'env:?prefix=APP_',
    env: { APP_DATABASE_URL: 'postgres://ci.example/app', APP_PARTNER_TOKEN: 'CANARY-value' },
    prints: 'database  ci.example, 5 connections\npartner   a token of 12 characters\nsentry    off',
  },
  {
    at: 'a container',
    url: 'directory:/run/secrets',
    prints: 'database  mounted.example, 20 connections\npartner   a token of 12 characters\nsentry    off',
  },
  {
    at: 'a machine of AWS',
    url: 'aws-sm://eu-central-1?prefix=app/',
    prints: 'database  aws.example, 20 connections\npartner   a token of 12 characters\nsentry    off',
  },
  {
    at: 'staging',
    url: 'stripe:?account=acct_example&livemode=false',
    env: { STRIPE_SECRET_KEY: 'sk_test_example' },
    prints: inStore('test.example'),
  },
  {
    at: 'production',
    url: 'stripe:?account=acct_example&livemode=true',
    env: { STRIPE_SECRET_KEY: 'sk_live_example' },
    prints: inStore('live.example'),
  },
];

async function printed(env: NodeJS.ProcessEnv): Promise<[number, string]> {
  const lines: string[] = [];
  const code = await run(env, (text) => lines.push(text));
  return [code, lines.join('\n')];
}

/** Stripe's own place is the emulator here, and files are in a folder of the test. */
function moved(url: string): string {
  if (url.startsWith('dotenv:')) {
    return `dotenv:${['.env.local', '.env'].map((file) => pathToFileURL(join(folder, file)).pathname).join(',')}`;
  }
  if (url.startsWith('directory:')) return `directory:${pathToFileURL(join(folder, 'secrets')).pathname}`;
  if (!url.startsWith('stripe:')) return url;
  const onEmulator = new URL(url);
  onEmulator.searchParams.set('baseUrl', emulator.url);
  return onEmulator.href;
}

describe('the same application', () => {
  it.each(environments)('on $at', async ({ url, env, prints }) => {
    expect(await printed({ ...env, SECRETS_URL: moved(url) })).toEqual([0, prints]);
  });

  it('as in the table of the README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, ...rows] = [...readme.matchAll(/^\| ([^|]+?) +\| `([^`]+)`/gm)].map(([, at, url]) => [at, url]);
    expect(rows).toEqual(environments.map(({ at, url }) => [at, url]));
  });
});

describe('a mistake is reported at once, and ends the program', () => {
  it.each([
    [
      'a missing variable and a malformed one',
      { SECRETS_URL: 'env:?prefix=APP_', APP_PARTNER_TOKEN: 'short' },
      1,
      /^not_found: 2 of 4 secrets could not be loaded\.\n {2}DATABASE_URL, "database-url": not_found: .*\n {2}PARTNER_TOKEN, "partner-token": invalid_data: the zod schema refused/,
    ],
    [
      'no URL',
      {},
      2,
      /^openProvider: url must .* Registered schemes: aws-sm:, aws-ssm:, aws-agent:, directory:, dotenv:, env:, exec:, memory:, stripe:\.$/,
    ],
    ['another scheme', { SECRETS_URL: 'vault:' }, 2, /no opener for scheme "vault:"/],
    [
      'a key in the URL',
      { SECRETS_URL: 'stripe://sk_live_CANARY@x' },
      2,
      /url must not have a credential.* user info/,
    ],
    ['no key', { SECRETS_URL: 'stripe:' }, 2, /^createStoreClient: apiKey must not be empty/],
    [
      'a key of the other mode',
      { SECRETS_URL: 'stripe:?livemode=true', STRIPE_SECRET_KEY: 'sk_test_CANARY' },
      2,
      /^stripeSecrets: livemode must .* test-mode API key/,
    ],
  ])('%s', async (_, env, code, message) => {
    const [exitCode, text] = await printed(env);
    expect([exitCode, text]).toEqual([code, expect.stringMatching(message)]);
    expect(text).not.toContain('CANARY');
  });
});

// Hides the SDK of AWS from a process.
const withoutAws = `data:text/javascript,import { register } from 'node:module'; register(${JSON.stringify(
  'data:text/javascript,' +
    'export async function resolve(specifier, context, next) {' +
    ' if (/^@aws-sdk/.test(specifier)) throw new Error(specifier + " was requested"); return next(specifier, context); }',
)})`;

/** Starts the program as its users would, on a machine without the SDK of AWS. */
async function start(url: string): Promise<{ code: number | null; out: string; err: string }> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const flags = ['--import', 'tsx', '--import', withoutAws, '--conditions=@secretkit/source', main];
  const env = { PATH: process.env['PATH'], SECRETS_URL: url, STRIPE_SECRET_KEY: 'sk_test_example' };
  const child = spawn(process.execPath, flags, { env });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

describe.concurrent('a laptop does not load the SDK of production', () => {
  it('the SDK is not resolved', async () => {
    const { code, out, err } = await start('memory:');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('database  localhost, 5 connections');
  });

  it('but it is where it is needed', async () => {
    const { code, out } = await start('aws-sm://eu-central-1');
    expect(code).toBe(2);
    expect(out).toContain('Run npm install @aws-sdk/client-secrets-manager');
  });
});
