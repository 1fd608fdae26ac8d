import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a measurement is: a module of `src/measurements`, by name, and what its `measure` is given. */
export interface Measurement {
  readonly module: string;
  readonly argument: unknown;
}

const child = fileURLToPath(new URL('./child.ts', import.meta.url));

const flags = [
  '--no-concurrent-recompilation', // on a busy machine a compiler in the background comes too late for the measurement
  '--expose-gc',
  '--import=tsx',
];

/**
 * Measures in a process of its own, so that nothing that was measured before has left its traces: in the heap, in the
 * compiled code, or on the prototypes.
 *
 * @param more - Flags of Node.
 */
export function inChild<T>(module: string, argument: unknown, more: readonly string[] = []): Promise<T> {
  return new Promise((resolve, reject) => {
    const running = fork(child, {
      execArgv: [...flags, ...more],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let answer: { readonly result: T } | undefined;
    running.once('message', (message) => {
      answer = message as { readonly result: T }; // what `child` sends
    });
    running.once('error', reject);
    running.once('exit', (code) => {
      if (answer) resolve(answer.result);
      else reject(new Error(`measuring ${module} of ${JSON.stringify(argument)} failed (exit code ${code})`));
    });
    running.send({ module, argument } satisfies Measurement);
  });
}
