import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Vector } from './vectors.js';

/** A Python with `cryptography`: that of the variable, or the one that `.ci/run` installs. */
const python =
  process.env['SECRETKIT_CRYPTOGRAPHY_PYTHON'] ??
  fileURLToPath(new URL('../../../.venv/cryptography/bin/python', import.meta.url));

/** Whether tests of the second implementation run. In CI they must: there, a Python that is missing fails them. */
export const hasSecondImplementation: boolean =
  existsSync(python) || process.env['SECRETKIT_CI'] !== undefined;

/** Returns the plaintexts of records, as the second implementation opens them; `null` if it does not. */
export function openInPython(
  cases: readonly Omit<Vector, 'title' | 'salt' | 'nonce' | 'plaintext'>[],
): (string | null)[] {
  return run('open', cases) as (string | null)[];
}

/** Returns the vectors as the second implementation makes them. */
export function vectorsOfPython(): Vector[] {
  return run('vectors', []) as Vector[];
}

function run(command: string, input: unknown): unknown {
  const script = fileURLToPath(new URL('./sealed_records.py', import.meta.url));
  const env = { ...process.env, PYTHONIOENCODING: 'utf-8' };
  const options = { input: JSON.stringify(input), encoding: 'utf8', env } as const;
  return JSON.parse(execFileSync(python, [script, command], options));
}
