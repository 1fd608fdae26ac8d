import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretProvider } from '@secretkit/core/provider';
import { seededRandom, watchedSignal, watchedTimers } from '@secretkit/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureOf } from '../test/failure-of.js';
import { isTested } from '../test/installed.js';
import { aliveOf, linesOf } from '../test/process-log.js';
import { temporaryFolder } from '../test/temporary-folder.js';
import type { ExecSecretsOptions } from './exec-options.js';
import { execSecrets } from './exec-secrets.js';

let folder: ReturnType<typeof temporaryFolder>;
let log: string;

beforeEach(() => {
  folder = temporaryFolder();
  log = join(folder.path, 'started');
});

afterEach(async () => {
  const left = aliveOf(log);
  for (const pid of left) process.kill(pid, 'SIGKILL'); // of a test that failed
  folder.remove();
  expect(left).toEqual([]);
});

/** A provider of a script. `$0` is the log of process ids, `$1` the name, `$2` the folder. */
function scripted(script: string, options: Partial<ExecSecretsOptions> = {}): SecretProvider {
  return execSecrets({ command: ({ name }) => ['sh', '-c', script, log, name, folder.path], ...options });
}

function valueOf(provider: SecretProvider, name: string, ctx = {}): Promise<string | undefined> {
  return provider.get({ name }, ctx).then((secret) => secret?.reveal());
}

const started = (count: number) => vi.waitFor(() => expect(linesOf(log)).toHaveLength(count), 10_000);
const gone = () => vi.waitFor(() => expect(aliveOf(log)).toEqual([]), 10_000);
const logged = 'echo $$ >>"$0"; ';
const now = () => performance.timeOrigin + performance.now();

describe('a command that ends', () => {
  it.runIf(isTested('setsid'))(
    'is read when it exits, although a process of its own holds its pipes',
    async () => {
      const held =
        'setsid sh -c \'echo $$ >>"$0"; exec sleep 600\' "$0" & while [ ! -s "$0" ]; do :; done; echo value';
      expect(await valueOf(scripted(held), 'a')).toBe('value');
      expect(aliveOf(log)).toHaveLength(1); // out of reach, and still running
      for (const pid of aliveOf(log)) process.kill(pid, 'SIGKILL');
      await gone();
    },
  );

  it('is read when it exits, although a process of its group holds its pipes', async () => {
    const held = '(exec sleep 600) & echo $! >>"$0"; echo value';
    expect(await valueOf(scripted(held), 'a')).toBe('value');
    for (const pid of aliveOf(log)) process.kill(pid, 'SIGKILL');
    await gone();
  });

  it.runIf(isTested('setsid'))('fails when a process that is out of reach floods its stdout', async () => {
    const flood = 'setsid sh -c \'echo $$ >>"$0"; exec yes\' "$0" & exec sleep 600';
    expect((await failureOf(scripted(flood).get({ name: 'a' }, {}))).code).toBe('invalid_data');
    await gone(); // by the closed pipe
  });
});

describe('a command that does not end', () => {
  const stubborn: readonly [string, string][] = [
    ['sleeps', `${logged}exec sleep 600`],
    ['ignores signals', `trap '' TERM INT HUP; ${logged}while :; do sleep 600; done`],
    [
      'has started others',
      `${logged}(exec sleep 600) & echo $! >>"$0"; (exec sleep 600) & echo $! >>"$0"; wait`,
    ],
    ['has closed its pipes', `exec >&- 2>&-; ${logged}exec sleep 600`],
    ['prints its value first', `echo value; ${logged}exec sleep 600`],
    ['prints on and on', `${logged}while :; do echo x >&2; done`],
  ];

  it.each(stubborn)('and %s ends with its group at the timeout', async (_, script) => {
    const error = await failureOf(scripted(script, { timeoutMs: 300 }).get({ name: 'a' }, {}));
    expect(error.code).toBe('timeout');
    await gone();
  });

  it.each(stubborn)('and %s ends with its group when its reader leaves', async (_, script) => {
    const caller = new AbortController();
    const reading = valueOf(scripted(script), 'a', { signal: caller.signal });
    await vi.waitFor(() => expect(linesOf(log)).not.toEqual([]), 10_000);
    caller.abort('enough');
    await expect(reading).rejects.toBe('enough');
    await gone();
  });

  it.each(stubborn)('and %s ends with its group when the provider is disposed', async (_, script) => {
    const provider = scripted(script);
    const reading = failureOf(provider.get({ name: 'a' }, {}));
    await vi.waitFor(() => expect(linesOf(log)).not.toEqual([]), 10_000);
    await provider[Symbol.asyncDispose]?.();
    await provider[Symbol.asyncDispose]?.();
    expect((await reading).code).toBe('closed');
    await gone();
    expect((await failureOf(provider.get({ name: 'a' }, {}))).code).toBe('closed');
  });

  it('ends at the deadline of its reader', async () => {
    const provider = scripted(`${logged}exec sleep 600`);
    const error = await failureOf(provider.get({ name: 'a' }, { deadline: now() + 100 }));
    expect(error.code).toBe('timeout');
    await gone();
  });
});

it('a read whose deadline has passed runs no command', async () => {
  const error = await failureOf(scripted(logged).get({ name: 'a' }, { deadline: now() - 1 }));
  expect(error.code).toBe('timeout');
  expect(linesOf(log)).toEqual([]);
});

it.each([120_000, -120_000])('a step of the wall clock does not change a deadline: by %d ms', async (by) => {
  const ctx = { deadline: now() + 60_000 };
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + by });
  onTestFinished(() => void vi.useRealTimers());
  expect(await valueOf(scripted('echo value'), 'a', ctx)).toBe('value');
});

describe('reads of one secret at the same time', () => {
  const waiting = `${logged}while [ ! -e "$2/go" ]; do sleep 0.01; done; echo "of $1"`;
  const go = () => writeFileSync(join(folder.path, 'go'), '');

  it('run one command', async () => {
    const provider = scripted(waiting);
    const reading = Array.from({ length: 100 }, () => valueOf(provider, 'a'));
    await started(1);
    go();
    expect(new Set(await Promise.all(reading))).toEqual(new Set(['of a']));
    expect(linesOf(log)).toHaveLength(1);
  });

  it('go on when one of them leaves, and end when the last one does', async () => {
    const provider = scripted(waiting);
    const callers = [new AbortController(), new AbortController(), new AbortController()];
    const [one, two, three] = callers.map(({ signal }) => valueOf(provider, 'a', { signal }));
    await started(1);
    callers[0]!.abort('one');
    await expect(one).rejects.toBe('one');
    callers[1]!.abort('two');
    await expect(two).rejects.toBe('two');
    expect(aliveOf(log)).toHaveLength(1);
    go();
    expect(await three).toBe('of a');
    expect(linesOf(log)).toHaveLength(1);
  });

  it('that begin when the last one leaves run a command of their own', async () => {
    const provider = scripted(waiting);
    const caller = new AbortController();
    const left = valueOf(provider, 'a', { signal: caller.signal });
    await started(1);
    caller.abort('enough');
    await expect(left).rejects.toBe('enough');
    const next = valueOf(provider, 'a');
    go();
    expect(await next).toBe('of a');
  });

  it.each(Array.from({ length: 12 }, (_, steps) => steps))(
    'that begin %i steps after the last one has left get a value, and not its end',
    async (steps) => {
      const provider = scripted(`${logged}sleep 0.02; echo "of $1"`);
      const caller = new AbortController();
      const left = valueOf(provider, 'a', { signal: caller.signal }).catch((error: unknown) => error);
      await started(1);
      caller.abort('enough');
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      expect(await valueOf(provider, 'a')).toBe('of a');
      expect(['enough', 'of a']).toContain(await left);
    },
  );

  it('that are fresh join only fresh ones', async () => {
    const provider = scripted(waiting);
    const reading = [valueOf(provider, 'a'), valueOf(provider, 'a', { fresh: true })];
    await started(2);
    reading.push(valueOf(provider, 'a', { fresh: true }), valueOf(provider, 'a'));
    go();
    await Promise.all(reading);
    expect(linesOf(log)).toHaveLength(2);
  });

  it('that begin after an invalidation run a command of their own', async () => {
    const provider = scripted(waiting);
    const before = valueOf(provider, 'a');
    await started(1);
    provider.memory?.invalidate?.({ name: 'a' });
    const after = valueOf(provider, 'a');
    await started(2);
    go();
    expect(await Promise.all([before, after])).toEqual(['of a', 'of a']);
  });

  it('fail together, and the next one runs a command again', async () => {
    const provider = scripted(`${logged}while [ ! -e "$2/go" ]; do sleep 0.01; done; exit 3`);
    const reading = [1, 2].map(() => failureOf(provider.get({ name: 'a' }, {})));
    await started(1);
    go();
    expect((await Promise.all(reading)).map(({ code }) => code)).toEqual(['unavailable', 'unavailable']);
    await failureOf(provider.get({ name: 'a' }, {}));
    expect(linesOf(log)).toHaveLength(2);
  });
});

describe('commands at the same time', () => {
  it.each([1, 4])('are at most %i', async (maxProcesses) => {
    const steps = join(folder.path, 'steps');
    const script = 'echo 1 >>"$2/steps"; sleep 0.02; echo -1 >>"$2/steps"; echo "$1"';
    const provider = scripted(script, { maxProcesses });
    const names = Array.from({ length: 12 }, (_, at) => `name-${at}`);
    expect(await Promise.all(names.map((name) => valueOf(provider, name)))).toEqual(names);
    let running = 0;
    const counts = linesOf(steps).map((step) => {
      running += Number(step);
      return running;
    });
    expect(counts).toHaveLength(24);
    expect(Math.max(...counts)).toBeLessThanOrEqual(maxProcesses);
  });

  it('end their wait at the timeout and by an abort, and are not started then', async () => {
    const provider = scripted(`${logged}exec sleep 600`, { maxProcesses: 1, timeoutMs: 400 });
    const first = failureOf(provider.get({ name: 'a' }, {}));
    await started(1);
    const caller = new AbortController();
    const second = valueOf(provider, 'b', { signal: caller.signal });
    caller.abort('enough');
    await expect(second).rejects.toBe('enough');
    const third = failureOf(provider.get({ name: 'c' }, { deadline: now() + 20 }));
    expect((await third).code).toBe('timeout');
    expect((await first).code).toBe('timeout');
    await gone();
    expect(linesOf(log)).toHaveLength(1);
  });

  it('state that none was free if the timeout ends the wait', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); // both timeouts in one step: no exit is between
    const provider = scripted('exec sleep 600', { maxProcesses: 1, timeoutMs: 200 });
    const both = ['a', 'b'].map((name) => failureOf(provider.get({ name }, {})));
    await Promise.resolve();
    vi.advanceTimersByTime(200);
    vi.useRealTimers();
    const [first, waited] = await Promise.all(both);
    expect([first?.code, first?.problem]).toEqual(['timeout', expect.stringContaining('did not exit')]);
    expect([waited?.code, waited?.problem]).toEqual(['timeout', expect.stringContaining('maxProcesses')]);
  });

  it('leave the next in the queue its turn when one cannot be started', async () => {
    const command: ExecSecretsOptions['command'] = ({ name }) => [name === 'a' ? '/nowhere' : 'echo', name];
    const provider = execSecrets({ command, maxProcesses: 1 });
    const [failed, found] = await Promise.allSettled(['a', 'b'].map((name) => valueOf(provider, name)));
    expect([failed?.status, found]).toEqual(['rejected', { status: 'fulfilled', value: 'b' }]);
  });
});

describe('nothing is left', () => {
  it('after 1,000 reads: no timer, no listener, no process', async () => {
    const timers = watchedTimers();
    const { signal, listeners } = watchedSignal();
    const onExit = process.listenerCount('exit');
    try {
      const provider = execSecrets({ command: ({ name }) => ['echo', name], timeoutMs: 60_000 });
      const names = Array.from({ length: 1_000 }, (_, at) => `name-${at}`);
      const ctx = { signal, deadline: now() + 60_000 };
      for (let at = 0; at < 1_000; at += 100) {
        const batch = names.slice(at, at + 100);
        expect(await Promise.all(batch.map((name) => valueOf(provider, name, ctx)))).toEqual(batch);
      }
      expect([timers.running(), listeners(), process.listenerCount('exit')]).toEqual([0, 0, onExit]);
    } finally {
      timers.restore();
    }
  });

  it('after 500 reads of which half are aborted, each with its own reason', async () => {
    const random = seededRandom(7);
    const provider = scripted(`${logged}sleep 0.01; echo "$1"`, { timeoutMs: 60_000 });
    const reads = Array.from({ length: 500 }, (_, at) => {
      const name = `name-${Math.floor(random() * 40)}`;
      const caller = new AbortController();
      const outcome = valueOf(provider, name, { signal: caller.signal }).catch((error: unknown) => error);
      return { at, name, caller, outcome, isAborted: random() < 0.5, afterTurns: Math.floor(random() * 200) };
    });
    for (const { at, caller, isAborted } of [...reads].sort((a, b) => a.afterTurns - b.afterTurns)) {
      if (isAborted) caller.abort(`reason ${at}`);
      if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
    }
    const outcomes = await Promise.all(reads.map(({ outcome }) => outcome));
    const wrong = reads.filter(({ at, name, isAborted }) => {
      const isReason = outcomes[at] === `reason ${at}`;
      return isAborted ? !isReason && outcomes[at] !== name : outcomes[at] !== name;
    });
    expect(wrong.map(({ at }) => at)).toEqual([]);
    await gone();
  });

  /** Runs a program that reads in a process of its own, and returns its exit code. */
  async function exitCodeOf(program: string): Promise<number | null> {
    const file = join(folder.path, 'program.mts');
    const source = new URL('exec-secrets.ts', import.meta.url).href;
    const script = `process.kill(process.ppid, 0); ${program}`;
    writeFileSync(
      file,
      `import { execSecrets } from ${JSON.stringify(source)};
       const argv = ['sh', '-c', 'echo $$ >>"$0"; exec sleep 600', ${JSON.stringify(log)}];
       const provider = execSecrets({ command: () => argv });
       ${script}`,
    );
    const flags = ['--import', import.meta.resolve('tsx'), '--conditions=@secretkit/source'];
    const child = spawn(process.execPath, [...flags, file], { stdio: ['ignore', 'inherit', 'inherit'] });
    return new Promise((resolve) => {
      child.once('exit', resolve);
    });
  }

  it('when the process exits', async () => {
    const program = `void provider.get({ name: 'a' }, {});
      const { existsSync } = await import('node:fs');
      setInterval(() => existsSync(argv[3]) && process.exit(7), 10);`;
    expect(await exitCodeOf(program)).toBe(7);
    await gone();
  });

  it('when the listener of the exit is called, which rejects nothing by itself', async () => {
    const before = process.listeners('exit');
    const reading = failureOf(scripted(`${logged}exec sleep 600`).get({ name: 'a' }, {}));
    await started(1);
    const added = process.listeners('exit').filter((listener) => !before.includes(listener));
    expect(added).toHaveLength(1);
    added[0]?.(0);
    expect((await reading).details).toEqual({ vendorCode: 'SIGKILL' });
    await gone();
  });

  it('when only reads that nobody waits for are in flight, and the process exits by itself', async () => {
    const program = `void provider.get({ name: 'a' }, { background: new AbortController().signal });
      const { existsSync } = await import('node:fs');
      while (!existsSync(argv[3])) await new Promise((resolve) => setTimeout(resolve, 10));`;
    expect(await exitCodeOf(program)).toBe(0);
    await gone();
  });
});

it('a reader that joins a read in the background keeps the process alive', async () => {
  const waiting = `${logged}while [ ! -e "$2/go" ]; do sleep 0.01; done; echo "of $1"`;
  const provider = scripted(waiting);
  const background = new AbortController();
  const reading = valueOf(provider, 'a', { background: background.signal });
  await started(1);
  const held = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
  const before = held();
  background.abort();
  expect(held()).toBe(before + 1);
  writeFileSync(join(folder.path, 'go'), '');
  expect(await reading).toBe('of a');
});
