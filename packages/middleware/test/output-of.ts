import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Runs a script until it exits by itself, in a process without other tests or coverage. Returns what it prints. */
export async function outputOf(script: string): Promise<string> {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const flags = ['--expose-gc', '--import', 'tsx', '--conditions=@secretkit/source', '--input-type=module'];
  const child = spawn(process.execPath, [...flags, '-e', script], { cwd: root });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code, output).toBe(0);
  return output;
}
