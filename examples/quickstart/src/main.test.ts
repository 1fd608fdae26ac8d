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
      line: /^Unknown backend "vault"\. Known backends: stripe, memory, env\.\n$/,
    },
    { args: ['--bakend', 'env'], line: /^Unknown option '--bakend'\. Try: npm start -- --help\n$/ },
    { args: ['--live'], line: /^--live needs an API key\. Set STRIPE_SECRET_KEY, .*\n$/ },
    {
      args: ['--live', '--watch'],
      env: { STRIPE_SECRET_KEY: 'sk_test_CANARY' },
      line: /^--watch redraws .*\n$/,
    },
    {
      args: ['--live', '--backend', 'env'],
      line: /^--live reads from Stripe, --backend env does not.*\n$/,
    },
    {
      args: ['--live'],
      env: { STRIPE_SECRET_KEY: 'sk_test_CANARY x' },
      line: /^createStripeClient: apiKey .*\n$/,
    },
  ])('reports a mistake in one line, with exit code 2: $args', async ({ args, env, line }) => {
    const { code, out, err } = await start(args, env).ended;
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(line);
    expect(err).not.toContain('CANARY');
  });

  it('prints no colour without a terminal, and exits with 0', async () => {
    const { code, out, err } = await start(['--backend', 'env']).ended;
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('5 calls in total.');
    expect(out.includes('\u001B')).toBe(false);
  });

  it('prints colour with FORCE_COLOR, unless NO_COLOR is set', async () => {
    const [asked, refused] = await Promise.all([
      start(['--backend', 'env'], { FORCE_COLOR: '1' }).ended,
      start(['--backend', 'env'], { FORCE_COLOR: '1', NO_COLOR: '1' }).ended,
    ]);
    expect(asked.out).toContain('\u001B[1mAn application reads its secrets\u001B[22m');
    expect(refused.out.includes('\u001B')).toBe(false);
  });

  it('exits at once on an interrupt', async () => {
    const { child, ended } = start(['--backend', 'memory']);
    await printed(child, 'short-lived-token');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  it('redraws with --watch until an interrupt', async () => {
    const { child, ended } = start(['--watch']);
    await printed(child, 'Ctrl+C');
    await printed(child, 'Ctrl+C');
    child.kill('SIGINT');
    const { code, out, err } = await ended;
    expect([code, err]).toEqual([0, '']);
    expect(out.match(/database-url +fresh, next attempt in [\d.]+ s +cache/g)?.length).toBeGreaterThan(1);
  });

  it('exits silently when its output is closed', async () => {
    const { child, ended } = start(['--backend', 'memory']);
    await printed(child, 'database-url');
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });
});
