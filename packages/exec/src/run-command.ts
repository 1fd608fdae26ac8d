import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onAbort, SecretError } from '@secretkit/core/provider';
import { startError } from './start-error.js';

/** The largest output, in bytes. */
const maxBytes = 1_048_576;

/** Process groups do not exist on Windows. */
const hasGroups = process.platform !== 'win32';

/** How a command ended, and what it printed. */
export interface CommandResult {
  /** `null` for a command that a signal ended. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: Uint8Array;
  readonly stderrBytes: number;
}

/** A command that was started. */
export interface RunningCommand {
  /** Rejects if it cannot be started or prints too much, and with the signal's reason. Neither quotes it. */
  readonly result: Promise<CommandResult>;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  /** Ends its process group at once. */
  readonly kill: () => void;
}

/**
 * Runs a command until it exits, whatever still holds its pipes then. If the signal fires, or it prints too much, its whole
 * process group ends. Until `background` fires, it does not keep this process alive.
 */
export function runCommand(
  argv: readonly string[],
  env: Record<string, string>,
  signal: AbortSignal,
  background: AbortSignal,
): RunningCommand {
  const [program = '', ...args] = argv;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: hasGroups,
      windowsHide: true,
    });
  } catch (error) {
    return { result: Promise.reject(startError(error)), exited: Promise.resolve(), kill: () => undefined };
  }
  const [stdout, stderr] = [child.stdout, child.stderr] as (Socket | null | undefined)[]; // pipes; none without descriptors

  const result = new Promise<CommandResult>((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let [stdoutBytes, stderrBytes] = [0, 0];

    const stopListening = onAbort(signal, fail);
    const stopHolding = holdFrom(background, [child, stdout, stderr]);
    function end(): void {
      stopListening();
      stopHolding();
      endGroup(child);
      stdout?.destroy();
      stderr?.destroy();
      child.unref();
    }
    function fail(reason: unknown): void {
      end();
      reject(reason);
    }

    child.once('error', (error) => fail(startError(error)));
    child.once('exit', (exitCode, signalName) => {
      void quiet(() => stdoutBytes + stderrBytes).then(() => {
        end();
        resolve({ exitCode, signal: signalName, stdout: Buffer.concat(chunks), stderrBytes });
      });
    });
    stdout?.on('data', (chunk: Uint8Array) => {
      chunks.push(chunk);
      stdoutBytes += chunk.length;
      if (stdoutBytes > maxBytes) fail(tooLong());
    });
    stderr?.on('data', (chunk: Uint8Array) => {
      stderrBytes += chunk.length;
    });
    stdout?.on('error', () =>
      fail(new SecretError('unavailable', 'the output could not be read to its end.')),
    );
    stderr?.on('error', () => undefined);
  });

  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return { result, exited, kill: () => endGroup(child) };
}

/** Waits until all that a command printed before its exit is read: its pipes may stay open for longer. */
async function quiet(received: () => number): Promise<void> {
  for (let turns = 0; turns < 2; turns += 1) {
    const before = received();
    await nextTurn();
    if (received() > before) turns = -1;
  }
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return; // the id may be another process's by now
  try {
    process.kill(hasGroups ? -pid : pid, 'SIGKILL'); // which no command can ignore
  } catch {
    // It ended by itself, or belongs to another user.
  }
}

/** Keeps this process alive only from the moment when `background` fires. */
function holdFrom(
  background: AbortSignal,
  handles: readonly (ChildProcess | Socket | null | undefined)[],
): () => void {
  if (background.aborted) return () => undefined;
  for (const handle of handles) handle?.unref();
  return onAbort(background, () => {
    for (const handle of handles) handle?.ref();
  });
}

function tooLong(): SecretError {
  return new SecretError(
    'invalid_data',
    `the command must print at most ${maxBytes} bytes, and printed more.`,
  );
}
