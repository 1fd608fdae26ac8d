import { spawnSync } from 'node:child_process';

/** Whether the tests of a program run: if it is installed, and in CI in any case. */
export function isTested(...programs: readonly string[]): boolean {
  return process.env['SECRETKIT_CI'] !== undefined || programs.every(isInstalled);
}

function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
