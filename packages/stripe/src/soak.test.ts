import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { SoakResult } from '../test/soak-run.js';

const long = Number(process.env['SECRETKIT_SOAK'] ?? 1) > 1;
const calls = long ? 100_000 : 5_000;

it(`a random sequence of ${calls} calls does not leak memory`, {
  timeout: long ? 4 * 3_600_000 : 300_000,
}, async () => {
  // In a separate process: the test runner and its coverage allocate memory too.
  const program = fileURLToPath(new URL('../test/soak-run.ts', import.meta.url));
  const flags = ['--expose-gc', '--import', 'tsx', '--conditions=@secretkit/source'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, `${calls}`]);
  const { answered, failed, aborted, bytesPerCall } = JSON.parse(stdout) as SoakResult;

  expect(answered + failed + aborted).toBe(calls);
  expect(answered).toBeGreaterThan(calls * 0.7);
  expect(failed).toBeGreaterThan(calls * 0.02);
  expect(bytesPerCall).toBeLessThan(long ? 20 : 600); // a short run allocates more per call: the engine still compiles
});
