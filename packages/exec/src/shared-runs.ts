import { abortable, type CallContext, onAbort, remainingMs, SecretError } from '@secretkit/core/provider';
import { processQueue } from './process-queue.js';
import { type CommandResult, type RunningCommand, runCommand } from './run-command.js';

/** Commands in flight. Reads of one key share a command, which ends when the last of them has left. */
export interface SharedRuns {
  /** Waits for the command in flight of this key, or runs this one. */
  read(key: string, argv: readonly string[], ctx: CallContext): Promise<CommandResult>;
  /** Lets no later read share a command that is in flight. */
  detach(): void;
  /** Ends every command. Its readers get the reason. */
  end(reason: unknown): void;
}

interface Run {
  readonly result: Promise<CommandResult>;
  readonly isFresh: boolean;
  /** Aborted to end the wait and the process, with the reason for its readers. */
  readonly ended: AbortController;
  /** Aborted when somebody waits: from then on it keeps this process alive. */
  readonly joined: AbortController;
  readonly kill: () => void;
  readers: number;
}

export function sharedRuns(
  timeoutMs: number,
  maxProcesses: number,
  environment: () => Record<string, string>,
): SharedRuns {
  const all = new Set<Run>();
  const inflight = new Map<string, Run>();
  const enqueue = processQueue(maxProcesses);
  const killAll = (): void => all.forEach(({ kill }) => kill()); // at the exit of this process: rejects nothing

  function startRun(key: string, argv: readonly string[], isFresh: boolean): Run {
    const [ended, joined] = [new AbortController(), new AbortController()];
    let command: RunningCommand | undefined;
    const result = new Promise<CommandResult>((resolve, reject) => {
      const leaveQueue = enqueue(() => {
        command = runCommand(argv, environment(), ended.signal, joined.signal);
        command.result.then(resolve, reject);
        return command.exited;
      });
      onAbort(ended.signal, (reason) => {
        leaveQueue();
        reject(reason);
      });
    });
    const timer = setTimeout(() => {
      ended.abort(command ? tooSlow(timeoutMs) : noneFree(timeoutMs, maxProcesses));
    }, timeoutMs).unref();
    onAbort(joined.signal, () => timer.ref());

    const run: Run = { result, isFresh, ended, joined, kill: () => command?.kill(), readers: 0 };
    if (all.size === 0) process.on('exit', killAll); // a process group outlives this process
    all.add(run);
    inflight.set(key, run);
    const forget = (): void => {
      clearTimeout(timer);
      all.delete(run);
      if (inflight.get(key) === run) inflight.delete(key);
      if (all.size === 0) process.off('exit', killAll);
    };
    result.then(forget, forget);
    return run;
  }

  async function waitFor(key: string, run: Run, ctx: CallContext): Promise<CommandResult> {
    const { signal, background } = ctx;
    const hold = (): void => run.joined.abort();
    if (!background || background.aborted) hold();
    const stopListening = onAbort(background, hold);
    run.readers += 1;
    try {
      return await abortable(beforeDeadline(run.result, ctx, timeoutMs), signal);
    } finally {
      stopListening();
      run.readers -= 1;
      if (run.readers === 0) {
        if (inflight.get(key) === run) inflight.delete(key); // at once: nobody may join a run that ends
        run.ended.abort();
      }
    }
  }

  return {
    async read(key, argv, ctx) {
      const { fresh = false } = ctx;
      if (remainingMs(ctx) === 0)
        throw new SecretError('timeout', 'the deadline passed before the command was run.');
      const found = inflight.get(key);
      const run = found && (found.isFresh || !fresh) ? found : startRun(key, argv, fresh);
      return waitFor(key, run, ctx);
    },
    detach: () => inflight.clear(),
    end: (reason) => all.forEach((run) => run.ended.abort(reason)),
  };
}

/** Waits until the deadline of one reader: the run has a limit of its own, which is `timeoutMs`. */
async function beforeDeadline<T>(work: Promise<T>, ctx: CallContext, timeoutMs: number): Promise<T> {
  const allowedMs = remainingMs(ctx);
  if (allowedMs >= timeoutMs) return work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow(Math.ceil(allowedMs))), allowedMs).unref(); // the run holds the process
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(limitMs: number): SecretError {
  return new SecretError(
    'timeout',
    `the command did not exit within ${limitMs} ms. Allow more, or run it by hand.`,
  );
}

function noneFree(limitMs: number, maxProcesses: number): SecretError {
  const problem = `the command was not started within ${limitMs} ms: ${maxProcesses} others were running.`;
  return new SecretError('timeout', `${problem} Raise maxProcesses or timeoutMs, or put a cache in front.`);
}
