import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The message to the child process. */
export interface Measurement {
  /** The name of a module in `src/measurements`. */
  readonly module: string;
  /** The argument of its `measure`. */
  readonly argument: unknown;
}

const child = fileURLToPath(new URL('./child.ts', import.meta.url));

const flags = [
  '--no-concurrent-recompilation', // on a busy machine, optimised code from a background thread comes too late
  '--expose-gc',
  '--import=tsx',
];

/**
 * Runs a measurement in a process of its own, so that earlier measurements do not influence its heap, its compiled code or
 * its prototypes.
 *
 * @param nodeFlags - More flags for Node.
 */
export function inChild<T>(module: string, argument: unknown, nodeFlags: readonly string[] = []): Promise<T> {
  return new Promise((resolve, reject) => {
    const running = fork(child, {
      execArgv: [...flags, ...nodeFlags],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let answer: { readonly result: T } | undefined;
    running.once('message', (message) => {
      answer = message as { readonly result: T }; // the only message that `child` sends
    });
    running.once('error', reject);
    running.once('exit', (code) => {
      if (answer) resolve(answer.result);
      else
        reject(
          new Error(`measurement ${module} of ${JSON.stringify(argument)} failed with exit code ${code}.`),
        );
    });
    running.send({ module, argument } satisfies Measurement);
  });
}
