import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '@secretkit/stripe-emulator';
import { type Case, median } from '../case.js';

const programs = ['http', 'fetch', 'stripe-node', 'secretkit'] as const;
const rounds = 11;

export const start: Case = {
  name: 'start',
  description: 'the time from the start of a process to its first secret, over HTTP on this machine',

  async run(gatesOnly) {
    if (gatesOnly) return { tables: [], gates: [] };
    const emulator = await startEmulator();
    emulator.secrets.put({ name: 'token', payload: 'value' });
    const times: Record<string, number[]> = {};
    try {
      for (let round = 0; round < rounds; round += 1) {
        for (const program of programs)
          (times[program] ??= []).push(await firstSecretMs(program, emulator.url));
      }
    } finally {
      await emulator.close();
    }
    const rows = Object.entries(times).map(([program, each]) => [program, Math.round(median(each))]);
    return {
      tables: [{ title: 'Process start to first secret', columns: ['program', 'ms'], rows }],
      gates: [],
    };
  },
};

function firstSecretMs(program: string, url: string): Promise<number> {
  const file = fileURLToPath(new URL(`../starts/${program}.mjs`, import.meta.url));
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, BENCH_URL: url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.once('error', reject);
    child.stdout.once('data', (chunk: Buffer) => {
      if (chunk.toString() === 'value') resolve(performance.now() - startedAt);
      else reject(new Error(`${program}: the printed secret is wrong.`));
    });
    child.once('exit', (code) =>
      reject(new Error(`${program}: the process exited with code ${code} before it printed a secret.`)),
    );
  });
}
