import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Runs a program as its users would. Returns its exit code and output. */
async function run(program: string, env: NodeJS.ProcessEnv = {}) {
  const path = fileURLToPath(new URL(`${program}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@secretkit/source', path], {
    env: { PATH: process.env['PATH'], ...env },
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

const connected = 'connected to db.example with a password of 19 characters';

const programs: Record<string, { readonly env?: NodeJS.ProcessEnv; readonly lines: readonly string[] }> = {
  c12: {
    lines: [
      '{',
      '  port: 8080,',
      "  db: { user: 'app', host: 'db.example', password: [secret] },",
      '  mail: { token: [secret] }',
      '}',
      connected,
    ],
  },
  convict: {
    lines: [
      "{ db: { host: 'db.example', password: [secret] } }",
      connected,
      'refused: db.password: must be a reference, such as secret://db-password',
    ],
  },
  'node-config': {
    env: { NODE_ENV: 'production', MAIL_TOKEN_REFERENCE: 'secret://mail-token-of-the-container' },
    lines: [
      '{',
      "  db: { user: 'app', host: 'db.example', password: [secret] },",
      '  mail: { token: [secret] }',
      '}',
      connected,
    ],
  },
  dotenv: {
    lines: ["{ DB_HOST: 'db.example', DB_PASSWORD: [secret] } [secret] in process.env: nothing", connected],
  },
  nest: {
    lines: [connected, "{ host: 'db.example', password: [secret], replicaPassword: undefined }"],
  },
};

describe.concurrent('the program of each loader', () => {
  it.each(Object.entries(programs))('%s', async (program, { env, lines }) => {
    const { code, out, err } = await run(program, env);
    expect([code, err]).toEqual([0, '']);
    expect(out.trimEnd().split('\n')).toEqual(lines);
    expect(out).not.toContain('not-a-real');
  });

  it('reports the path of a reference to a missing secret, and exits', async () => {
    const { code, out, err } = await run('node-config', { MAIL_TOKEN_REFERENCE: 'secret://nowhere' });
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('not_found: "nowhere": 1 of 2 references could not be resolved.');
    expect(err).toContain('  mail.token, "nowhere": not_found: the secret does not exist, or has expired.');
  });

  it('covers every program', () => {
    const written = readdirSync(new URL('.', import.meta.url)).filter((file) =>
      /^(?!connect|secrets|loaders)/.test(file),
    );
    expect(written.map((file) => file.replace('.ts', '')).sort()).toEqual(Object.keys(programs).sort());
  });
});
