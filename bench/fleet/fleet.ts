import { createSecrets, isSecret, type Middleware, type SecretsReader } from '@secretkit/core';
import { seededRandom } from '@secretkit/testing';
import { CallCounter, type CallRate } from './call-rate.js';
import { type Store, store } from './store.js';
import { virtualTime } from './virtual-time.js';

/** The clock and the random numbers of the simulation. The middleware of every process uses them. */
export interface SimulationContext {
  readonly now: () => number;
  readonly random: () => number;
}

export interface FleetOptions {
  readonly processes: number;
  /** Builds the middleware of one process. */
  readonly stack: (context: SimulationContext) => Middleware;
  /** The number of secrets that each process reads, all of one scope. */
  readonly secrets: number;
  /** `list`: one batch for all secrets. `find`: one read for each. */
  readonly reads: 'list' | 'find';
  /** The mean interval, in milliseconds, at which each process reads all its secrets. */
  readonly readEveryMs: number;
  /** The duration, in milliseconds, in which the processes are started; 0 starts all at once. */
  readonly rolloutMs: number;
  /** The fraction of the processes that new ones replace each minute. */
  readonly restartsPerMinute: number;
  /** The number of requests that the store answers per second, for each operation. */
  readonly limit: number;
  readonly seed: number;
}

/** The number of reads of all secrets, and of those in which at least one secret was not available. */
export interface ReadCounts {
  total: number;
  failed: number;
}

/** The requests and reads of one period. */
export interface PhaseStats extends CallRate {
  /** Reads by processes that have had all their secrets before. */
  readonly warm: Readonly<ReadCounts>;
  /** Reads by processes that have never had all their secrets. */
  readonly cold: Readonly<ReadCounts>;
}

/** A fleet of processes that read secrets from one store, in virtual time. */
export interface Fleet {
  readonly store: Store;
  /** Advances virtual time by `ms` and returns the statistics of that period. */
  advance(ms: number): Promise<PhaseStats>;
  /** Returns the time from the start of each process until it had all its secrets, in milliseconds, ascending. */
  warmAfterMs(): readonly number[];
  /** The number of processes that have never had all their secrets. */
  readonly cold: number;
  /** Restores the real global timers. */
  end(): void;
}

interface Process {
  readonly client: SecretsReader;
  readonly startedAt: number;
  warmAt: number | undefined;
  nextRead: ReturnType<typeof setTimeout> | undefined;
}

export function fleet(options: FleetOptions): Fleet {
  const { processes: size, stack, secrets, reads, readEveryMs, rolloutMs, restartsPerMinute } = options;
  const time = virtualTime();
  const { now } = time;
  const random = seededRandom(options.seed);
  const context: SimulationContext = { now, random };
  const names = Array.from({ length: secrets }, (_, at) => `secret-${at + 1}`);
  const byName = Object.fromEntries(names.map((name) => [name, name]));
  const running: Process[] = [];
  const warmAfter: number[] = [];
  let phase = emptyPhase();

  const backend = store({
    ...context,
    limit: options.limit,
    onCall: (throttled) => phase.calls.count(throttled),
  });

  function emptyPhase(): {
    readonly calls: CallCounter;
    readonly warm: ReadCounts;
    readonly cold: ReadCounts;
  } {
    return { calls: new CallCounter(now), warm: { total: 0, failed: 0 }, cold: { total: 0, failed: 0 } };
  }

  function start(): Process {
    const middleware = stack(context); // one for each process, because a circuit breaker has state
    const client = createSecrets(middleware(backend.provider), context);
    const process: Process = { client, startedAt: now(), warmAt: undefined, nextRead: undefined };
    void read(process); // it cannot reject; the first read comes at the start of the process
    return process;
  }

  function stop({ nextRead }: Process): void {
    clearTimeout(nextRead);
  }

  // The next read does not wait for this one, as requests of users do not wait for each other.
  async function read(process: Process): Promise<void> {
    process.nextRead = setTimeout(() => void read(process), readEveryMs * (0.5 + random()));
    const startPhase = phase;
    const failed = await readFails(process.client);
    const counts = process.warmAt === undefined ? startPhase.cold : startPhase.warm;
    counts.total += 1;
    if (failed) counts.failed += 1;
    else if (process.warmAt === undefined) {
      process.warmAt = now();
      warmAfter.push(process.warmAt - process.startedAt);
    }
  }

  async function readFails(client: SecretsReader): Promise<boolean> {
    const answers =
      reads === 'list'
        ? Object.values(await client.getManySettled(byName))
        : await Promise.all(names.map((name) => client.get(name).catch(() => undefined)));
    return !answers.every(isSecret);
  }

  function startAll(): void {
    for (let i = 0; i < size; i += 1) setTimeout(() => running.push(start()), (rolloutMs * i) / size);
  }

  function replaceSome(due: number): void {
    const perSecond = (size * restartsPerMinute) / 60;
    let left = due + perSecond;
    for (; left >= 1; left -= 1) {
      const at = Math.floor(random() * running.length);
      const old = running[at];
      if (!old) continue;
      stop(old);
      running[at] = start();
    }
    setTimeout(() => replaceSome(left), 1_000);
  }

  startAll();
  if (restartsPerMinute > 0) setTimeout(() => replaceSome(0), rolloutMs);

  return {
    store: backend,
    async advance(ms) {
      phase = emptyPhase();
      await time.runUntil(now() + ms);
      const { calls, warm, cold } = phase;
      return { ...calls.rate(), warm, cold };
    },
    warmAfterMs: () => warmAfter.toSorted((a, b) => a - b),
    get cold() {
      return running.filter(({ warmAt }) => warmAt === undefined).length;
    },
    end: () => time[Symbol.dispose](),
  };
}
