import { expect, it } from 'vitest';
import { isTested } from '../../../packages/rotation/test/server-process.js';
import { rotateUnderLoad } from './rotate-under-load.js';

it.skipIf(!isTested('initdb', 'postgres'))(
  'answers every request, and prints a line for each rotation',
  async () => {
    const lines: string[] = [];
    const totals = await rotateUnderLoad((line) => lines.push(line), {
      rotations: 2,
      everyMs: 800,
      lagMs: 50,
    });
    expect(totals.failed).toBe(0);
    expect(totals.requests).toBeGreaterThan(10);
    expect(lines.filter((line) => /^password \d.*┃.*┊.*\d ms/.test(line))).toHaveLength(2);
    expect(lines.join('\n')).not.toMatch(/number-\d/);
  },
  120_000,
);
