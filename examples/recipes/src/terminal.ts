import { type ChildProcess, spawn } from 'node:child_process';

const timeoutMs = 120_000; // long, as that of the tests

/** Runs commands in a folder, some at the same time. */
export interface Terminal {
  /** Starts a command that runs on. */
  start(command: string): ChildProcess;
  /**
   * Waits until the commands have printed the output; without one, until the command has ended with the code 0.
   *
   * @returns The problem, or `undefined`.
   */
  run(command: string, expected: string | undefined): Promise<string | undefined>;
  /** Ends every command. */
  close(): Promise<void>;
}

export function openTerminal(cwd: string, env: Readonly<Record<string, string>>): Terminal {
  const running: { readonly child: ChildProcess; readonly ended: Promise<void> }[] = [];
  let output = '';
  let changed = (): void => undefined;

  function start(command: string): ChildProcess {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', command], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own, so that its children end with it
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        changed();
      });
    }
    const ended = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('close', () => resolve());
    });
    running.push({ child, ended });
    void ended.then(() => changed());
    return child;
  }

  async function run(command: string, expected: string | undefined): Promise<string | undefined> {
    const deadline = Date.now() + timeoutMs;
    const isPrinted = (): boolean => output.trim() === expected;
    for (;;) {
      output = '';
      const child = start(command);
      while (!hasEnded(child) && !isPrinted() && Date.now() < deadline) await nextChange(deadline);
      // What a server prints may arrive after the end of the command that caused it.
      const patience = Math.min(deadline, Date.now() + (running.length > 1 ? 3_000 : 100));
      while (expected !== undefined && !isPrinted() && Date.now() < patience) await nextChange(patience);
      if (expected === undefined ? child.exitCode === 0 : isPrinted()) return undefined;
      // A request may arrive before a change does, so it is sent again.
      if (/^(curl|sh) /.test(command) && Date.now() < deadline) continue;
      return `expected\n${expected ?? 'the exit code 0'}\ngot\n${output}`;
    }
  }

  async function nextChange(deadline: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, deadline - Date.now()));
      changed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function end(): void {
    for (const { child } of running)
      if (child.pid !== undefined && !hasEnded(child)) process.kill(-child.pid, 'SIGKILL');
  }
  process.once('exit', end);

  return {
    start,
    run,
    async close() {
      process.off('exit', end);
      end();
      await Promise.all(running.map(({ ended }) => ended));
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
