import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const flags = ['--import', 'tsx', '--conditions=@secretkit/source', main, ...args];
  const child = spawn(process.execPath, flags, { env: { PATH: process.env['PATH'], ...env } });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, ended };
}

function printed(child: ChildProcessWithoutNullStreams, text: string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes(text)) resolve();
    });
  });
}

describe('the command', () => {
  it.each([
    {
      args: ['--backend', 'vault'],
      line: /^There is no backend "vault"\. Choose one of stripe, memory, env\.\n$/,
    },
    { args: ['--bakend', 'env'], line: /^Unknown option '--bakend'\. Try: npm start -- --help\n$/ },
    { args: ['--live'], line: /^--live needs an API key: set STRIPE_SECRET_KEY, .*\n$/ },
    {
      args: ['--live', '--backend', 'env'],
      line: /^--live reads from Stripe, and --backend env does not.*\n$/,
    },
    {
      args: ['--live'],
      env: { STRIPE_SECRET_KEY: 'sk_test_CANARY x' },
      line: /^createStripeClient: apiKey has a space, .*\n$/,
    },
  ])('answers a mistake with one line and exit code 2: $args', async ({ args, env, line }) => {
    const { code, out, err } = await start(args, env).ended;
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(line);
    expect(err).not.toContain('CANARY');
  });

  it('prints no colour where there is no terminal, and ends well', async () => {
    const { code, out, err } = await start(['--backend', 'env']).ended;
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('5 calls in all.');
    expect(out.includes('\u001B')).toBe(false);
  });

  it('prints colour elsewhere too if it is asked to, unless there shall be none', async () => {
    const [asked, refused] = await Promise.all([
      start(['--backend', 'env'], { FORCE_COLOR: '1' }).ended,
      start(['--backend', 'env'], { FORCE_COLOR: '1', NO_COLOR: '1' }).ended,
    ]);
    expect(asked.out).toContain('\u001B[1mAn application reads its secrets\u001B[22m');
    expect(refused.out.includes('\u001B')).toBe(false);
  });

  it('ends at once when it is interrupted', async () => {
    const { child, ended } = start(['--backend', 'memory']);
    await printed(child, 'short-lived-token');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  it('ends quietly when its output is no longer read', async () => {
    const { child, ended } = start(['--backend', 'memory']);
    await printed(child, 'database-url');
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });
});
