// Runs the randomised tests with a hundred times as many runs as `npm test`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const { status } = spawnSync(
  'vitest',
  [
    'run',
    '--typecheck.enabled=false',
    '--testTimeout=1800000',
    '-t',
    'any (interleaving|bytes|sequence|chaos)',
  ],
  {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, SECRETKIT_SOAK: '100' },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  },
);
process.exit(status ?? 1);
