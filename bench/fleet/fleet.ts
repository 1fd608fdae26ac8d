import { seededRandom } from '@secretkit/conformance';
import { createSecrets, isSecret, type Middleware, type SecretsReader } from '@secretkit/core';
import { CallCounter, type CallRate } from './call-rate.js';
import { type Store, store } from './store.js';
import { virtualTime } from './virtual-time.js';

/** What the middleware of a process is given, so that it lives in virtual time and by seeded chance. */
export interface World {
  readonly now: () => number;
  readonly random: () => number;
}

export interface FleetOptions {
  readonly processes: number;
  /** The middleware of each process. */
  readonly stack: (world: World) => Middleware;
  /** How many secrets each reads, all of one scope. */
  readonly secrets: number;
  /** One batch for all of them, or a read for each. */
  readonly reads: 'list' | 'find';
  /** How often each process reads them all, in milliseconds, on average. */
  readonly readEveryMs: number;
  /** Over how long the processes are started, in milliseconds; 0: all at once. */
  readonly rolloutMs: number;
  /** The part of the processes that is replaced by new ones each minute. */
  readonly restartsPerMinute: number;
  /** How many requests a second the store answers, for each operation. */
  readonly limit: number;
  readonly seed: number;
}

/** How often all secrets were read, and how often one of them was not to be had. */
export interface Reads {
  made: number;
  failed: number;
}

/** What happened in a span of time. */
export interface Span extends CallRate {
  /** By processes that have had all their secrets before. */
  readonly warm: Readonly<Reads>;
  /** By processes that never have. */
  readonly cold: Readonly<Reads>;
}

/** A fleet of processes that read secrets from one store, in virtual time. */
export interface Fleet {
  readonly store: Store;
  /** Lets time pass, in milliseconds, and tells what happened in it. */
  pass(ms: number): Promise<Span>;
  /** How long it took each process from its start to having all its secrets, in milliseconds, in order. */
  warmAfterMs(): readonly number[];
  /** Processes that still have not. */
  readonly cold: number;
  /** Ends virtual time: the global timers are the real ones again. */
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
  const world: World = { now, random };
  const names = Array.from({ length: secrets }, (_, at) => `secret-${at + 1}`);
  const byName = Object.fromEntries(names.map((name) => [name, name]));
  const running: Process[] = [];
  const warmAfter: number[] = [];
  let span = emptySpan();

  const backend = store({ ...world, limit: options.limit, onCall: (refused) => span.calls.count(refused) });
  const middleware = (): Middleware => stack(world); // one of its own for each process, as for a breaker's state

  function emptySpan(): { readonly calls: CallCounter; readonly warm: Reads; readonly cold: Reads } {
    return { calls: new CallCounter(now), warm: { made: 0, failed: 0 }, cold: { made: 0, failed: 0 } };
  }

  function start(): Process {
    const client = createSecrets(middleware()(backend.provider), world);
    const process: Process = { client, startedAt: now(), warmAt: undefined, nextRead: undefined };
    void read(process); // it cannot reject; a process reads as soon as it runs
    return process;
  }

  function stop({ nextRead }: Process): void {
    clearTimeout(nextRead);
  }

  // The next read does not wait for this one: requests that need secrets come when they come.
  async function read(process: Process): Promise<void> {
    process.nextRead = setTimeout(() => void read(process), readEveryMs * (0.5 + random()));
    const { made, failed } = { made: span, failed: await fails(process.client) };
    const counts = process.warmAt === undefined ? made.cold : made.warm;
    counts.made += 1;
    if (failed) counts.failed += 1;
    else if (process.warmAt === undefined) {
      process.warmAt = now();
      warmAfter.push(process.warmAt - process.startedAt);
    }
  }

  async function fails(client: SecretsReader): Promise<boolean> {
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
    async pass(ms) {
      span = emptySpan();
      await time.runUntil(now() + ms);
      const { calls, warm, cold } = span;
      return { ...calls.rate(), warm, cold };
    },
    warmAfterMs: () => warmAfter.toSorted((a, b) => a - b),
    get cold() {
      return running.filter(({ warmAt }) => warmAt === undefined).length;
    },
    end: () => time[Symbol.dispose](),
  };
}
