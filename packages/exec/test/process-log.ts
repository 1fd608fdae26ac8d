import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Returns the lines of a file that commands append to; none if no command has started. */
export function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Returns the process ids in such a file that still run. */
export function aliveOf(file: string): readonly number[] {
  const pids = linesOf(file);
  if (pids.length === 0) return [];
  const { stdout } = spawnSync('ps', ['-o', 'pid=,stat=', '-p', pids.join(',')], { encoding: 'utf8' });
  const rows = stdout.split('\n').map((row) => row.trim().split(/\s+/));
  // A zombie has ended; its parent, or that of the container, has not collected it.
  return rows.filter(([pid, state = 'Z']) => pid && !state.startsWith('Z')).map(([pid]) => Number(pid));
}
