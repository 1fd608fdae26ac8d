import { ignoreErrors } from '@secretkit/core/middleware';
import { abortable, type CallContext, remainingMs, throwIfAborted } from '@secretkit/core/provider';
import { startTimer } from '../shared/start-timer.js';
import { wait } from '../shared/wait.js';
import type { SharedCacheClient } from './client.js';
import type { SharedCacheSettings } from './options.js';
import { faultOf } from './redis-errors.js';

/** The answer of a command, as an object: the answer itself may be anything. */
export interface Replied {
  readonly reply: unknown;
}

/** Sends commands to a Redis that may be slow, full or down: then it is as if there were none. */
export interface Guard {
  /** Returns the reply, or `undefined` when Redis counts as absent. @throws The signal's reason; nothing else. */
  get(key: string, ctx: CallContext): Promise<Replied | undefined>;
  eval(
    script: string,
    keys: readonly string[],
    args: readonly string[],
    ctx: CallContext,
  ): Promise<Replied | undefined>;
  publish(channel: string, message: string): Promise<void>;
  snapshot(): GuardSnapshot;
  /** Calls back when Redis counts as down or as read-only, once an episode. */
  onEpisode: ((what: 'down' | 'writes refused') => void) | undefined;
}

export interface GuardSnapshot extends Readonly<Record<string, unknown>> {
  readonly redis: 'up' | 'down' | 'writes refused';
  readonly outages: number;
  readonly outstanding: number;
}

const maxOutstanding = 64;
const probeEveryMs = 1_000;
const writeAgainAfterMs = 5_000;
const stalledMs = 10;
const maxProbeMs = 10_000;

/** The context of a command that no read waits for. It inherits nothing. */
export const noContext: CallContext = Object.freeze(Object.create(null) as object);

type Kind = 'get' | 'eval' | 'publish';

/** @param now - In monotonic milliseconds. */
export function createGuard(
  client: SharedCacheClient,
  { connectMs, commandTimeoutMs }: Pick<SharedCacheSettings, 'connectMs' | 'commandTimeoutMs'>,
  now: () => number,
): Guard {
  let connectUntil: number | undefined;
  let hasConnected = false;
  let isDown = false;
  let probeAt = 0;
  let probeUntil: number | undefined; // a probe that Redis never answers must not be the last one
  let writesRefusedUntil: number | undefined;
  let outages = 0;
  let outstanding = 0;
  let sent = new Set<object>(); // without those from before an outage, which may never be answered
  const queue = new Set<() => void>();

  const isReady = (): boolean => ignoreErrors(() => client.ready?.()) ?? true;

  /** The first reads wait for the connection: at a deploy, ten thousand handshakes take their time. */
  async function connected(ctx: CallContext): Promise<boolean> {
    if (isReady()) {
      hasConnected = true;
      return true;
    }
    connectUntil ??= now() + connectMs;
    const until = Math.min(connectUntil, now() + remainingMs(ctx, now) / 2);
    for (let delayMs = 5; !hasConnected && now() < until; delayMs = Math.min(100, delayMs * 2)) {
      await wait(Math.min(delayMs, until - now()), ctx);
      if (!isReady()) continue;
      hasConnected = true;
      return true;
    }
    failed();
    probeAt = probeUntil = 0; // a new connection is asked at once
    return false;
  }

  function failed(): void {
    probeAt = now() + probeEveryMs;
    if (isDown) return;
    isDown = true;
    outages += 1;
    for (const wake of queue) wake();
    queue.clear();
    ignoreErrors(() => guard.onEpisode?.('down'));
  }

  function writesRefused(): void {
    if (writesRefusedUntil === undefined) {
      outages += 1;
      ignoreErrors(() => guard.onEpisode?.('writes refused'));
    }
    writesRefusedUntil = now() + writeAgainAfterMs;
  }

  function wakeNext(): void {
    for (const wake of queue) {
      queue.delete(wake);
      wake();
      return;
    }
  }

  /** Waits until fewer commands are unanswered, as long as for an answer. Returns whether it was in vain. */
  async function waitForOthers(ctx: CallContext): Promise<boolean> {
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    queue.add(wake);
    try {
      return (await abortable(withinBudget(woken, ctx), ctx.signal)) === 'late';
    } catch (error) {
      if (!queue.has(wake)) wakeNext(); // in place of this one
      throw error;
    } finally {
      queue.delete(wake);
    }
  }

  async function run(call: () => unknown, kind: Kind, ctx: CallContext): Promise<Replied | undefined> {
    throwIfAborted(ctx.signal);
    if (!(hasConnected && isReady()) && !(await connected(ctx))) return undefined;
    if (kind === 'eval' && now() < (writesRefusedUntil ?? 0)) return undefined;
    if (!isDown && sent.size >= maxOutstanding && (await waitForOthers(ctx))) failed();
    if (!isDown) return send(call, kind, ctx, () => undefined);
    if (now() < Math.max(probeAt, probeUntil ?? 0)) return undefined;
    const until = now() + maxProbeMs;
    probeUntil = until;
    return send(call, kind, ctx, () => {
      if (probeUntil === until) probeUntil = undefined;
    });
  }

  async function send(
    call: () => unknown,
    kind: Kind,
    ctx: CallContext,
    onSettled: () => void,
  ): Promise<Replied | undefined> {
    const [command, siblings] = [{}, sent];
    outstanding += 1;
    siblings.add(command);
    const settled = (): void => {
      outstanding -= 1;
      siblings.delete(command);
      onSettled();
      wakeNext();
    };
    const replied = Promise.resolve()
      .then(call)
      .then(
        (reply) => {
          settled();
          return { reply };
        },
        (error: unknown) => {
          settled();
          return faultOf(error, kind === 'get'); // never the error: it may quote the command
        },
      );
    const result = await abortable(withinBudget(replied, ctx), ctx.signal);
    if (result === 'late' || result === 'down') {
      failed();
      return undefined;
    }
    if (isDown) sent = new Set();
    isDown = false;
    if (result === 'refused' && kind === 'eval') writesRefused();
    if (typeof result === 'string') return undefined;
    if (kind === 'eval') writesRefusedUntil = undefined;
    return result;
  }

  /** Judges one turn of the loop after the timer: a reply may have arrived while the process was busy. */
  function withinBudget<T>(work: Promise<T>, { background }: CallContext): Promise<T | 'late'> {
    return new Promise((resolve) => {
      const startedAt = now();
      const late = (): void => resolve('late');
      let stop = startTimer(
        () => {
          const wasStalled = now() - startedAt > commandTimeoutMs + stalledMs;
          stop = startTimer(late, wasStalled ? stalledMs : 0, background);
        },
        commandTimeoutMs,
        background,
      );
      void work.then((value) => {
        stop();
        resolve(value);
      }); // it does not reject
    });
  }

  const guard: Guard = {
    get: (key, ctx) => run(() => client.get(key), 'get', ctx),
    eval: (script, keys, args, ctx) => run(() => client.eval(script, keys, args), 'eval', ctx),
    async publish(channel, message) {
      if (client.publish) await run(() => client.publish?.(channel, message), 'publish', noContext);
    },
    onEpisode: undefined,
    snapshot: () => ({
      redis: isDown ? 'down' : writesRefusedUntil === undefined ? 'up' : 'writes refused',
      outages,
      outstanding,
    }),
  };
  return guard;
}
