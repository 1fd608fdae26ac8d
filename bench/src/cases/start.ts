import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '@secretkit/stripe-emulator';
import { type Case, median } from '../case.js';

const programs = ['http', 'fetch', 'stripe-node', 'secretkit', 'secretkit-stripe-node'] as const;
const theirs = 'stripe-node';
const compared = [theirs, 'secretkit'] as const;
const roundCount = 15;

export const start: Case = {
  name: 'start',
  description: 'the time from the start of a process to its first secret, over HTTP on this machine',

  async run(gatesOnly) {
    const emulator = await startEmulator();
    emulator.secrets.put({ name: 'token', payload: 'value' });
    const measured = gatesOnly ? compared : programs;
    const times: Record<string, number[]> = {}; // by program, one for each round
    try {
      for (let round = 0; round < roundCount; round += 1) {
        const order = round % 2 === 0 ? measured : measured.toReversed(); // so that it does not count
        for (const program of order) (times[program] ??= []).push(await firstSecretMs(program, emulator.url));
      }
    } finally {
      await emulator.close();
    }
    const rows = Object.entries(times).map(([program, each]) => [program, Math.round(median(each))]);
    const { [theirs]: reference = [], secretkit = [] } = times;
    const ratios = reference.map((ms, round) => (secretkit[round] ?? Number.NaN) / ms);
    return {
      tables: gatesOnly ? [] : [{ title: 'Process start to first secret', columns: ['program', 'ms'], rows }],
      gates: [
        {
          metric: 'process start to first secret, × stripe-node',
          measured: median(ratios),
          atMost: 1.03,
          noisy: true,
        },
      ],
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
