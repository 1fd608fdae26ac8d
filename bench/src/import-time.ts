import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const rounds = 15;

/** Returns the time in milliseconds that a new process takes to import these modules: the median of several processes. */
export async function importMs(specifiers: readonly string[], folder: string): Promise<number> {
  const script = `
    const startedAt = performance.now();
    for (const specifier of ${JSON.stringify(specifiers)}) await import(specifier);
    console.log(performance.now() - startedAt);
    process.exit();
  `;
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: folder,
    });
    times.push(Number(stdout));
  }
  return times.sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
}
