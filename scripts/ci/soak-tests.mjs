// Runs the randomised tests with a hundred times as many runs as `npm test`, then a million operations on sealed secrets.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const options = {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  stdio: 'inherit',
  shell: process.platform === 'win32',
};
const { status } = spawnSync(
  'vitest',
  [
    'run',
    '--typecheck.enabled=false',
    '--testTimeout=1800000',
    '-t',
    'any (interleaving|bytes|sequence|chaos)',
  ],
  { ...options, env: { ...process.env, SECRETKIT_SOAK: '100' } },
);
if (status !== 0) process.exit(status ?? 1);
process.exit(spawnSync('npm', ['run', 'proof', '--', 'sealed', '--soak'], options).status ?? 1);
