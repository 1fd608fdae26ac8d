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
    const rounds: Readonly<Record<string, number>>[] = [];
    try {
      for (let round = 0; round < roundCount; round += 1) {
        const times: Record<string, number> = {};
        const order = round % 2 === 0 ? measured : measured.toReversed(); // so that it does not count
        for (const program of order) times[program] = await firstSecretMs(program, emulator.url);
        rounds.push(times);
      }
    } finally {
      await emulator.close();
    }
    const medianOf = (number: (times: Readonly<Record<string, number>>) => number | undefined): number =>
      median(rounds.map((times) => number(times) ?? Number.NaN));
    const rows = measured.map((program) => [program, Math.round(medianOf((times) => times[program]))]);
    const ratio = medianOf(
      ({ [theirs]: reference = Number.NaN, secretkit = Number.NaN }) => secretkit / reference,
    );
    return {
      tables: gatesOnly ? [] : [{ title: 'Process start to first secret', columns: ['program', 'ms'], rows }],
      gates: [
        {
          metric: 'process start to first secret, × stripe-node',
          measured: ratio,
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
