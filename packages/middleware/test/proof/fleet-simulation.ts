import { createSecrets } from '@secretkit/core';
import { around } from '@secretkit/core/middleware';
import { type CallContext, SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { sealedCodec } from '@secretkit/sealed';
import { seededRandom } from '@secretkit/testing';
import { virtualTime } from '../../../../bench/fleet/virtual-time.js';
import { recommended } from '../../src/recommended/index.js';
import { type SharedCacheClient, sharedCache } from '../../src/shared-cache/index.js';
import { fakeRedis } from '../fake-redis.js';

/** A fleet whose processes start within a second and read ten secrets each, in virtual time. */
export interface FleetScenario {
  readonly processes: number;
  readonly isShared: boolean;
  /** How long the store takes, in milliseconds. It admits 25 calls a second. */
  readonly storeMs: number;
  /** How many processes die as soon as they read from the store. */
  readonly deaths: number;
  /** When Redis stops to answer, in milliseconds after the first start. */
  readonly redisDiesAtMs: number | undefined;
  /** Whether a client never connects to Redis; then each process reads everything once more, from the store. */
  readonly isUnreachable?: boolean;
}

export interface FleetResult {
  readonly calls: number;
  readonly mostCallsOfOneName: number;
  readonly peakPerSecond: number;
  /** Processes that did not get all secrets, without those that died. */
  readonly failed: number;
  readonly started: number;
  /** Calls whose process died. */
  readonly lostLeases: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Second reads of processes that have all values. */
  readonly heldReads: number;
  readonly heldFailed: number;
  /** How long Redis kept a read from the store, of the reads that began after its death. */
  readonly addedMs: number;
  /** The same, of the reads of processes that had read before. */
  readonly laterAddedMs: number;
}

const names = Array.from({ length: 10 }, (_, at) => `secret-${at}`);
const callsPerSecond = 25;
const secondReadMs = 20_000;
const durationMs = 60_000;
const codec = sealedCodec({ keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }], namespace: 'fleet' });

interface Process {
  isDead: boolean;
  hasRead: boolean;
}

export async function simulate(scenario: FleetScenario, seed = 23): Promise<FleetResult> {
  const { processes, isShared, storeMs, deaths, isUnreachable = false } = scenario;
  const { redisDiesAtMs = isUnreachable ? 0 : Number.POSITIVE_INFINITY } = scenario;
  const time = virtualTime();
  const { now } = time;
  const random = seededRandom(seed);
  const startedAtMs = now();
  const redis = fakeRedis(now, () => 0.5 + random());
  const isRedisDead = (): boolean => now() >= startedAtMs + redisDiesAtMs;
  const admitted: number[] = [];
  const perSecond = new Map<number, number>();
  const perName = new Map<string, number>();
  const starts: number[] = [];
  const counts = {
    calls: 0,
    failed: 0,
    lostLeases: 0,
    heldReads: 0,
    heldFailed: 0,
    addedMs: 0,
    laterAddedMs: 0,
  };

  const pause = (ms: number, { signal }: CallContext = {}): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    });

  function storeOf(process: Process): SecretProvider {
    return {
      name: 'store',
      async get({ name }, ctx) {
        if (process.isDead) await new Promise(() => undefined);
        counts.calls += 1;
        perName.set(name, (perName.get(name) ?? 0) + 1);
        const second = Math.floor((now() - startedAtMs) / 1_000);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
        while (admitted[0] !== undefined && admitted[0] <= now() - 1_000) admitted.shift();
        const isAdmitted = admitted.length < callsPerSecond;
        if (isAdmitted) admitted.push(now());
        if (counts.lostLeases < deaths) {
          process.isDead = true;
          counts.lostLeases += 1;
          await new Promise(() => undefined);
        }
        await pause(storeMs, ctx);
        if (!isAdmitted) throw new SecretError('rate_limited', 'too many calls.');
        return seal(`value of ${name}`);
      },
    };
  }

  function clientOf(process: Process): SharedCacheClient {
    const client = redis.client();
    const unlessDead = <T>(send: () => Promise<T>): Promise<T> =>
      process.isDead || isRedisDead() ? new Promise(() => undefined) : send();
    return {
      ready: () => !isUnreachable,
      get: (key) => unlessDead(() => client.get(key)),
      eval: (script, keys, args) => unlessDead(() => client.eval(script, keys, args)),
    };
  }

  function added(process: Process, ms: number): void {
    counts.addedMs = Math.max(counts.addedMs, ms);
    if (process.hasRead) counts.laterAddedMs = Math.max(counts.laterAddedMs, ms);
  }

  function stackOf(process: Process): SecretProvider {
    const tools = { now, random };
    const inside = around({
      name: 'inside',
      policy: (run, ctx) => {
        const since = began.get(ctx.signal);
        if (since !== undefined && since >= startedAtMs + redisDiesAtMs) added(process, now() - since);
        return run(ctx);
      },
    });
    const began = new WeakMap<object, number>() as { get(key: unknown): number | undefined } & WeakMap<
      object,
      number
    >;
    const outside = around({
      name: 'outside',
      policy: (run, ctx) => {
        if (ctx.signal) began.set(ctx.signal, now());
        return run(ctx);
      },
    });
    const shared = sharedCache({ client: clientOf(process), codec, principal: 'fleet', ...tools });
    const layers = isShared ? (next: SecretProvider) => outside(shared(inside(next))) : undefined;
    const stack = recommended({
      ...tools,
      cache: { maxEntries: 16 },
      timeout: { timeoutMs: Math.max(3_000, storeMs * 2) },
      ...(layers && { shared: layers as never }),
    });
    return stack(storeOf(process));
  }

  async function run(): Promise<void> {
    const process: Process = { isDead: false, hasRead: false };
    const secrets = createSecrets(stackOf(process), { now });
    const began = now();
    const readAll = async (options?: { readonly fresh: true }): Promise<boolean> => {
      const all = await Promise.allSettled(names.map((name) => secrets.require(name, options)));
      return all.every(({ status }) => status === 'fulfilled');
    };
    const isStarted = await readAll();
    if (process.isDead) return;
    if (isStarted) starts.push(now() - began);
    else counts.failed += 1;
    process.hasRead = true;
    if (isUnreachable) await readAll({ fresh: true });
    if (!isStarted) return;
    await pause(secondReadMs);
    counts.heldReads += 1;
    if (!(await readAll())) counts.heldFailed += 1;
  }

  try {
    for (let at = 0; at < processes; at += 1) setTimeout(() => void run(), (1_000 * at) / processes);
    await time.runUntil(startedAtMs + durationMs);
  } finally {
    time[Symbol.dispose]();
  }
  starts.sort((one, other) => one - other);
  const at = (share: number): number =>
    Math.round(starts[Math.min(starts.length - 1, Math.floor(starts.length * share))] ?? 0);
  return {
    ...counts,
    addedMs: Math.round(counts.addedMs),
    laterAddedMs: Math.round(counts.laterAddedMs),
    mostCallsOfOneName: Math.max(0, ...perName.values()),
    peakPerSecond: Math.max(0, ...perSecond.values()),
    started: starts.length,
    medianMs: at(0.5),
    p99Ms: at(0.99),
  };
}
