import {
  type Answer,
  type CallContext,
  createSecrets,
  refKey,
  type Secret,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core';
import { cache } from '../cache.js';
import { flush } from '../held-backend.test-support.js';
import { steadyClock } from './clock.js';

const bounds = { ttlMs: 4_000, staleWhileRevalidateMs: 1_500, staleIfErrorMs: 6_000 } as const;

/** Two names, and one of them in two scopes: what must never be mixed up. */
export const refs: readonly SecretRef[] = [
  { name: 'a' },
  { name: 'b' },
  { name: 'a', scope: { user: 'usr_1' } },
  { name: 'a', scope: { account: 'acct_1' } },
];

export type Step =
  | { readonly act: 'read'; readonly ref: number; readonly fresh: boolean; readonly deadlineMs: number }
  | { readonly act: 'batch'; readonly refs: readonly number[] }
  | { readonly act: 'write' | 'delete'; readonly ref: number; readonly fails: boolean }
  | { readonly act: 'invalidate'; readonly ref: number | 'all' }
  | { readonly act: 'answer'; readonly call: number; readonly lifeMs: number }
  | { readonly act: 'miss'; readonly call: number }
  | { readonly act: 'fail'; readonly call: number; readonly code: SecretErrorCode }
  | { readonly act: 'abort'; readonly reader: number }
  | { readonly act: 'tick'; readonly ms: number };

/** A call that the backend holds. */
interface Held {
  readonly keys: readonly string[];
  readonly fresh: boolean;
  readonly askedAt: number; // on the time that never goes back
  readonly askedInStep: number;
  /** Keys of which a later step has made its answer old. */
  readonly marked: Set<string>;
  readonly signal: AbortSignal | undefined;
  readonly settle: (answer: (key: string) => Answer | Error) => void;
}

/** What is known of a value that the backend has given. */
interface Given {
  readonly key: string;
  readonly askedAt: number;
  readonly askedInStep: number;
  readonly landedInStep: number;
}

/** Plays the steps against a cache, and answers with the laws that it broke: none, if all is well. */
export async function play(steps: readonly Step[]): Promise<readonly string[]> {
  const broken: string[] = [];
  const wall = { ms: 1_700_000_000_000 };
  // Nobody can know of a step back that was over before anybody looked: this clock looks when the cache does.
  const clock = steadyClock(() => wall.ms);
  const steady = (): number => clock.read() + clock.setBackMs;
  const held: Held[] = [];
  const given = new Map<string, Given>();
  /** The values that a read must be answered with from memory, by key; one that was stored before a set-back is none. */
  const fresh = new Map<string, { readonly until: number; readonly setBackMs: number }>();
  const writes = new Map<string, number>(); // the last step that made everything before it old
  const denials = new Map<string, number>();
  let step = 0;

  function ask(asked: readonly SecretRef[], { signal, fresh: wantsFresh = false }: CallContext) {
    const keys = asked.map(refKey);
    for (const key of keys) {
      const rival = held.find(
        (call) => call.keys.includes(key) && !call.marked.has(key) && !call.signal?.aborted,
      );
      if (rival && !wantsFresh) broken.push(`law 5: a second call for ${key} while one is under way`);
      for (const call of held) if (call.keys.includes(key)) call.marked.add(key); // a new call takes its place
    }
    return new Promise<readonly Answer[]>((resolve, reject) => {
      const call: Held = {
        keys,
        fresh: wantsFresh,
        askedAt: steady(),
        askedInStep: step,
        marked: new Set(),
        signal,
        settle(answerFor) {
          held.splice(held.indexOf(call), 1);
          const answers = keys.map(answerFor);
          const failure = answers.find((answer) => answer instanceof Error);
          if (failure && asked.length === 1) reject(failure);
          else resolve(answers as Answer[]); // failures stand in their places
        },
      };
      held.push(call);
      signal?.addEventListener('abort', () => {
        if (!held.includes(call)) return;
        held.splice(held.indexOf(call), 1);
        reject(signal.reason);
      });
    });
  }

  const provider: SecretProvider & Required<Pick<SecretProvider, 'getMany' | 'set' | 'delete'>> = {
    name: 'held',
    get: async (ref, ctx) => (await ask([ref], ctx))[0] as Secret | undefined, // failures reject
    getMany: (many, ctx) => ask(many, ctx),
    set: (ref) => written(ref),
    delete: (ref) => written(ref),
  };
  let writeFails = false;
  async function written(ref: SecretRef): Promise<void> {
    await Promise.resolve();
    mark(refKey(ref));
    if (writeFails) throw new SecretError('unavailable', 'as scripted.');
  }

  function mark(key: string): void {
    for (const call of held) if (call.keys.includes(key)) call.marked.add(key);
    writes.set(key, step);
    fresh.delete(key);
  }

  const secrets = createSecrets(
    cache({
      ...bounds,
      jitter: 0,
      refreshAheadMs: 500,
      negativeTtlMs: 300,
      denialTtlMs: 300,
      failureCooldownMs: 700,
      now: clock.read,
    })(provider),
    { now: clock.read },
  );

  interface Reader {
    readonly key: string;
    readonly startedInStep: number;
    readonly startedAt: number; // on the time that never goes back
    readonly waitsForOthers: boolean;
    readonly caller: AbortController;
    readonly done: Promise<void>;
    settled: boolean;
  }
  const readers: Reader[] = [];

  function watch(
    key: string,
    caller: AbortController,
    wantsFresh: boolean,
    reading: Promise<Secret | undefined>,
    waitsForOthers = false,
  ): void {
    const reader: Reader = {
      key,
      startedInStep: step,
      startedAt: steady(),
      waitsForOthers,
      caller,
      settled: false,
      done: reading.then(
        (secret) => {
          reader.settled = true;
          if (secret) check(reader, secret, wantsFresh);
        },
        (reason: unknown) => {
          reader.settled = true;
          if (caller.signal.aborted && reason !== caller.signal.reason)
            broken.push('an abort lost its reason');
          if (!caller.signal.aborted && !(reason instanceof SecretError))
            broken.push('a reader got a foreign reason');
        },
      ),
    };
    readers.push(reader);
  }

  function check(
    { key, startedInStep, startedAt, waitsForOthers }: Reader,
    secret: Secret,
    wantsFresh: boolean,
  ): void {
    const value = secret.reveal();
    const about = given.get(value);
    if (!about) {
      broken.push('a value from nowhere');
      return;
    }
    if (about.key !== key) broken.push('identity: a value of another secret');
    if (secret.expiresAt && secret.expiresAt.getTime() <= clock.read())
      broken.push('law 1: a value at or past its expiry');
    const mayBeOld = Math.max(bounds.staleWhileRevalidateMs, bounds.staleIfErrorMs);
    const ageMs = startedAt - about.askedAt; // of what is in memory, when it was asked for: a batch may wait for others
    const servedAt = waitsForOthers ? startedAt - clock.setBackMs : clock.read();
    const fromMemory = about.landedInStep < startedInStep;
    if (secret.staleSince) {
      if (wantsFresh) broken.push('a fresh read was answered with a stale value');
      if (servedAt - secret.staleSince.getTime() >= mayBeOld) broken.push('law 2: stale beyond its bounds');
      if (ageMs >= bounds.ttlMs + mayBeOld)
        broken.push('law 2: stale beyond its bounds, counted from the fetch');
    } else if (fromMemory && ageMs >= bounds.ttlMs) {
      broken.push('law 1: fresh for longer than its time-to-live');
    }
    if (wantsFresh && about.askedInStep < startedInStep)
      broken.push('law 6: a fresh read joined an older call');
    const write = writes.get(key) ?? -1;
    if (about.askedInStep < write && write < startedInStep)
      broken.push('law 6: a value from before a completed write');
    const denial = denials.get(key) ?? -1;
    if (about.landedInStep < denial && denial < startedInStep)
      broken.push('law 3: a value from before a denial');
  }

  function answerAll(call: Held, answerFor: (key: string) => Answer | Error): void {
    for (const key of call.keys) {
      if (call.marked.has(key)) continue;
      fresh.delete(key);
      const answer = answerFor(key);
      if (
        answer === undefined ||
        (answer instanceof SecretError && answer.code in { permission_denied: 1, unauthenticated: 1 })
      ) {
        denials.set(key, step);
      } else if (!(answer instanceof Error)) {
        const lifeMs =
          (answer.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - (call.askedAt - clock.setBackMs);
        const freshMs = Math.min(bounds.ttlMs, Math.max(lifeMs - 500, lifeMs / 2));
        if ((answer.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) > clock.read())
          fresh.set(key, { until: call.askedAt + freshMs, setBackMs: clock.setBackMs });
        else denials.set(key, step); // it expired on its way: missing
      }
    }
    call.settle(answerFor);
  }

  function perform(each: Step): void | Promise<void> {
    switch (each.act) {
      case 'read': {
        const ref = refs[each.ref] as SecretRef; // drawn from them
        const caller = new AbortController();
        const before = held.length;
        const now = steady();
        const known = fresh.get(refKey(ref));
        const isFresh = known !== undefined && known.until > now && known.setBackMs === clock.setBackMs;
        watch(
          refKey(ref),
          caller,
          each.fresh,
          secrets.get(ref, { signal: caller.signal, fresh: each.fresh }),
        );
        if (isFresh && !each.fresh && held.length > before) broken.push('law 1: a call for what is fresh');
        return;
      }
      case 'batch': {
        const caller = new AbortController();
        const asked = Object.fromEntries(each.refs.map((ref) => [String(ref), refs[ref] as SecretRef]));
        const batch = secrets.getManySettled(asked, { signal: caller.signal });
        for (const [key, ref] of Object.entries(asked)) {
          const one = batch.then((found) => {
            const answer = found[key];
            if (answer instanceof SecretError) throw answer;
            return answer; // neither an error nor a value of another type
          });
          watch(refKey(ref), caller, false, one, true);
        }
        return;
      }
      case 'write':
      case 'delete': {
        const ref = refs[each.ref] as SecretRef;
        mark(refKey(ref));
        writeFails = each.fails;
        const call = each.act === 'write' ? secrets.set(ref, 'x') : secrets.delete(ref);
        return call.catch(() => undefined);
      }
      case 'invalidate':
        if (each.ref === 'all') secrets.invalidate();
        else secrets.invalidate(refs[each.ref]);
        for (const [at, ref] of refs.entries()) if (each.ref === 'all' || each.ref === at) mark(refKey(ref));
        return;
      case 'answer': {
        const call = held[each.call % Math.max(1, held.length)];
        if (!call) return;
        const expiresAt = each.lifeMs > 0 ? new Date(clock.read() + each.lifeMs) : undefined;
        const made = new Map(
          call.keys.map((key) => [key, seal(`${key}#${given.size}.${step}`, { expiresAt })]),
        );
        for (const [key, secret] of made) {
          const { askedAt, askedInStep } = call;
          given.set(secret.reveal(), { key, askedAt, askedInStep, landedInStep: step });
        }
        answerAll(call, (key) => made.get(key));
        return;
      }
      case 'miss': {
        const call = held[each.call % Math.max(1, held.length)];
        if (call) answerAll(call, () => undefined);
        return;
      }
      case 'fail': {
        const call = held[each.call % Math.max(1, held.length)];
        if (call) answerAll(call, () => new SecretError(each.code, 'as scripted.'));
        return;
      }
      case 'abort':
        readers[each.reader % Math.max(1, readers.length)]?.caller.abort({ of: each.reader });
        return;
      case 'tick':
        wall.ms += each.ms;
    }
  }

  for (const each of steps) {
    step += 1;
    await perform(each);
    await flush();
  }
  step += 1;
  for (let call = held[0]; call; call = held[0]) {
    answerAll(call, () => new SecretError('invalid_argument', 'the end.'));
    await flush();
  }
  await flush();
  if (readers.some((reader) => !reader.settled)) broken.push('a reader never settled');
  await secrets.close();
  return broken;
}
