import { errorRules, type SecretErrorCode } from '@secretkit/core/provider';
import { type Decision, decide, type ReadTerms } from '../src/cache/decide.js';

/** The options of the cache under test. Nothing is evicted, and `random` always returns one half. */
export const options = {
  ttlMs: 4_000,
  jitter: 0.5,
  refreshAheadMs: 500,
  staleWhileRevalidateMs: 1_500,
  staleIfErrorMs: 6_000,
  negativeTtlMs: 300,
  negativeTtlMaxMs: 1_000,
  denialTtlMs: 200,
  failureCooldownMs: 100,
  maxEntries: 10,
} as const;

const longestFreshMs = options.ttlMs * (1 - options.jitter / 2);
const servableMs = Math.max(options.staleWhileRevalidateMs, options.staleIfErrorMs);

/** The answer of the backend for one secret: a value, a failure, or `missing`. */
export type ModelAnswer =
  | {
      readonly value: string;
      readonly expiresAt?: number;
      readonly refreshAt?: number;
      /** When the backend gave it to a cache further in. */
      readonly fetchedAt?: number;
      /** When it became stale there, and until when that cache would have served it. */
      readonly staleSince?: number;
      readonly staleUntil?: number;
    }
  | { readonly code: SecretErrorCode; readonly retryAfterMs?: number | undefined }
  | 'missing';

/** The expected answer for one secret, in words: `a#1`, `a#1 stale since 170…`, `missing` or a code. */
export type Expected = string;

/** An expected backend call. */
export interface ModelCall {
  readonly keys: readonly string[];
  readonly ctx: { readonly fresh?: true; readonly maxAgeMs?: number; readonly maxAttempts?: 1 };
  readonly startedAt: number;
  readonly step: number;
  waiters: number;
  /** Absent while it is in flight. */
  ended?: 'answered' | 'aborted';
}

/** A read of one or more secrets. */
export interface ModelReader {
  readonly fresh: boolean;
  readonly maxAgeMs: number | undefined;
  /** As a reading of the clock; infinity without one. */
  readonly deadline: number;
  readonly slots: Slot[];
  /** How often it started to wait, or answered. */
  rounds: number;
  isLate: boolean;
  /** Present once it is answered: one answer for each secret. */
  answer?: readonly Expected[];
}

interface Slot {
  readonly key: string;
  call?: ModelCall | undefined;
  received?: ModelAnswer | undefined;
  found?: Expected | undefined;
  expiresAt?: number | undefined;
  /** It expired while its reader waited for another secret, and is read for the second time. */
  isAgain?: true;
}

interface Negative {
  readonly answer: Expected;
  readonly until: number; // in monotonic time, like the others
  readonly waitMs: number;
  readAt: number;
}

interface Value {
  readonly text: string;
  readonly expiresAt: number;
  readonly fetchedAt: number; // in monotonic time
  softAt: number; // in monotonic time
  isFresh: boolean; // until a set clock ends that, or the soft deadline
  staleUntil: number; // in monotonic time
  failures: number;
  cooldownUntil: number;
}

/**
 * A model of the cache, as simple as possible: the answer to each read, and the backend calls. It has no promises and no
 * listeners, and knows only the clock readings that the cache got.
 */
export class LawModel {
  readonly counts = { hits: 0, misses: 0, stale: 0, refreshes: 0, failures: 0, coalesced: 0 };
  readonly calls: ModelCall[] = [];
  readonly changes: string[] = [];
  readonly readers = new Set<ModelReader>();
  /** Between the law of the cache and this model. */
  readonly differences: string[] = [];
  step = 0;
  #wall = Number.NEGATIVE_INFINITY;
  #back = 0;
  readonly #values = new Map<string, Value>();
  readonly #removed = new Map<string, string>();
  readonly #negative = new Map<string, Negative>();
  readonly #lateUntil = new Map<string, number>(); // in monotonic time
  readonly #attached = new Map<string, ModelCall[]>(); // the latest is the last

  /** Law 7: a step back of up to a second is ignored; a larger one makes every value stale. */
  readClock(reading: number): void {
    if (reading >= this.#wall - 1_000 && reading <= this.#wall) return;
    if (reading < this.#wall) {
      this.#back += this.#wall - reading;
      for (const value of this.#values.values()) {
        value.softAt = Math.min(value.softAt, reading + this.#back);
        value.isFresh = false;
      }
    }
    this.#wall = reading;
  }

  get wall(): number {
    return this.#wall;
  }

  get size(): number {
    return this.#values.size;
  }

  get monotonic(): number {
    return this.#wall + this.#back;
  }

  /** Laws 1 to 6, for one read. */
  read(keys: readonly string[], fresh: boolean, deadline: number, maxAgeMs?: number): ModelReader {
    const slots = keys.map((key): Slot => ({ key }));
    const reader: ModelReader = {
      fresh,
      maxAgeMs,
      deadline,
      slots,
      rounds: 0,
      isLate: deadline <= this.#wall,
    };
    this.readers.add(reader);
    this.#readSlots(reader, slots);
    return reader;
  }

  #readSlots(reader: ModelReader, slots: readonly Slot[]): void {
    const { fresh, maxAgeMs, isLate } = reader;
    reader.rounds += 1;
    const inBackground = new Set<string>();
    for (const slot of slots) {
      if (fresh) this.#forgetFailures(slot.key);
      else this.#find(slot, inBackground, maxAgeMs);
    }
    this.counts.refreshes += inBackground.size;
    if (inBackground.size > 0)
      this.#start([...inBackground], { ...this.#younger(inBackground), maxAttempts: 1 }).waiters =
        Number.POSITIVE_INFINITY;
    const waiting = slots.filter(({ found }) => found === undefined);
    const calls = isLate
      ? undefined
      : this.#joinOrStart(
          waiting.map(({ key }) => key),
          fresh,
          maxAgeMs,
        );
    for (const slot of waiting) {
      slot.call = calls?.get(slot.key);
      if (slot.call) slot.call.waiters += 1;
      else slot.received = { code: 'timeout' };
    }
    this.#answer(reader);
  }

  /** A reader stops waiting: at its abort, or at its deadline. */
  leave(reader: ModelReader, atDeadline: boolean): void {
    for (const slot of reader.slots) {
      const { call } = slot;
      if (!call || slot.found || slot.received) continue;
      call.waiters -= 1;
      if (call.waiters === 0) this.#abort(call);
      if (atDeadline) slot.received = { code: 'timeout' };
    }
    reader.isLate = atDeadline;
    if (atDeadline) this.#answer(reader);
    else this.readers.delete(reader);
  }

  /** A call is answered. */
  settle(call: ModelCall, answerOf: (key: string) => ModelAnswer): void {
    call.ended = 'answered';
    const received = new Map<string, ModelAnswer>();
    for (const key of call.keys) {
      const raw = answerOf(key);
      const hasExpired =
        typeof raw === 'object' && 'value' in raw && (raw.expiresAt ?? Infinity) <= this.#wall;
      const answer = hasExpired ? 'missing' : raw;
      const failure = typeof answer === 'object' && 'code' in answer ? answer : undefined;
      if (failure) this.counts.failures += 1;
      const attached = this.#attached.get(key) ?? [];
      const at = attached.indexOf(call);
      const definitive = failure === undefined || isDenial(failure.code);
      if (at !== -1) attached.splice(definitive ? 0 : at, definitive ? at + 1 : 1); // earlier calls have older answers
      if (at !== -1) this.#apply(key, answer, call);
      received.set(key, answer);
    }
    for (const [key, answer] of received) {
      for (const reader of [...this.readers]) {
        for (const slot of reader.slots) if (slot.call === call && slot.key === key) slot.received = answer;
        this.#answer(reader);
      }
    }
  }

  /** Law 6: a write, when it starts and when it settles, and `invalidate`. */
  detach(key: string): void {
    this.#attached.delete(key);
    this.#negative.delete(key);
    this.#drop(key);
  }

  /** Law 6: a write that failed without an answer may be applied within a minute. Until then no answer is kept. */
  endWrite(key: string, failure: SecretErrorCode | undefined): void {
    if (failure === undefined) this.#lateUntil.delete(key);
    else if (['timeout', 'unavailable', 'circuit_open', 'unknown'].includes(failure))
      this.#lateUntil.set(key, this.monotonic + 60_000);
  }

  #isLate(key: string): boolean {
    return this.monotonic < (this.#lateUntil.get(key) ?? Number.NEGATIVE_INFINITY);
  }

  /** Law 11: the backend reports a new value. */
  report(key: string, text: string, expiresAt: number = Number.POSITIVE_INFINITY): void {
    const calls = this.#attached.get(key) ?? [];
    this.#attached.delete(key);
    this.#negative.delete(key);
    const held = this.#values.get(key)?.text;
    if (expiresAt <= this.#wall) {
      this.#drop(key);
      return;
    }
    const previous = held ?? this.#removed.get(key);
    if (held === undefined) this.#removed.delete(key);
    if ((held !== undefined || calls.length > 0) && !this.#isLate(key))
      this.#store(key, text, expiresAt, Math.min(this.monotonic, ...calls.map(({ startedAt }) => startedAt)));
    else this.#removed.set(key, text);
    if (previous !== text) this.changes.push(text);
  }

  /** Returns the expected result of `peek`: a value, nothing, or the value that the backend shows. */
  peek(key: string): Expected | undefined {
    const value = this.#values.get(key);
    if (value) return this.#isFresh(value) ? value.text : undefined;
    const negative = this.#negative.get(key);
    return negative && this.monotonic < negative.until ? undefined : 'of the backend';
  }

  /** Laws 1 to 4, in other words than those of the cache, and compared with them. */
  #decide(key: string, terms: ReadTerms): Decision {
    const { fresh = false, failure, maxAgeMs = Number.POSITIVE_INFINITY } = terms;
    const { wall: wallMs, monotonic: monotonicMs } = this;
    const value = this.#values.get(key);
    const negative = this.#negative.get(key);
    const times = value && {
      ...value,
      freshUntil: value.isFresh ? value.softAt - this.#back : Number.NEGATIVE_INFINITY,
    };
    const law = decide(times, negative, { wallMs, monotonicMs }, terms, options);

    const servableForMs = (ms: number): boolean => value !== undefined && this.#age(value) < ms;
    const has = {
      fresh: value !== undefined && this.#isFresh(value),
      young: value !== undefined && monotonicMs - value.fetchedAt <= maxAgeMs,
      remembered: negative !== undefined && monotonicMs < negative.until,
      cooldown: value !== undefined && monotonicMs < value.cooldownUntil,
    };
    let expected: Decision;
    if (failure) {
      const servable = has.fresh || servableForMs(options.staleIfErrorMs);
      expected = servable && !fresh && errorRules[failure].staleAllowed ? 'serve' : 'refuse';
    } else if (fresh) expected = 'wait';
    else if (has.fresh && has.young) expected = 'serve';
    else if (has.remembered) expected = 'refuse';
    else if (has.cooldown) expected = has.fresh || servableForMs(servableMs) ? 'serve' : 'wait';
    else if (has.young && servableForMs(options.staleWhileRevalidateMs)) expected = 'serve and refresh';
    else expected = 'wait';
    if (law !== expected) this.differences.push(`the law for ${key}: expected ${expected}, got ${law}`);
    return expected;
  }

  #find(slot: Slot, inBackground: Set<string>, maxAgeMs: number | undefined): void {
    const { key } = slot;
    this.#noteRead(key);
    const decision = this.#decide(key, maxAgeMs === undefined ? {} : { maxAgeMs });
    const value = this.#values.get(key);
    const negative = this.#negative.get(key);
    if (decision === 'refuse' && negative) {
      this.counts.hits += 1;
      slot.found = negative.answer;
    } else if (value && decision !== 'wait') {
      if (this.#isFresh(value)) this.counts.hits += 1;
      if (decision === 'serve and refresh' && !this.#joinable(key, false)) inBackground.add(key);
      this.#serve(slot, value);
    } else this.#dropExpired(key);
  }

  /** Law 10: a name that was not read for twice its last wait starts anew. */
  #noteRead(key: string): void {
    const negative = this.#negative.get(key);
    if (!negative) return;
    if (this.monotonic - negative.readAt < 2 * negative.waitMs) negative.readAt = this.monotonic;
    else this.#negative.delete(key);
  }

  #remember(key: string, answer: Expected, waitMs: number): void {
    const readAt = this.monotonic;
    this.#negative.set(key, { answer, until: readAt + waitMs, waitMs, readAt });
  }

  #joinOrStart(
    keys: readonly string[],
    fresh: boolean,
    maxAgeMs: number | undefined,
  ): Map<string, ModelCall> {
    const calls = new Map<string, ModelCall>();
    const toStart = new Set<string>();
    for (const key of keys) {
      const call = this.#joinable(key, fresh, maxAgeMs);
      if (call) calls.set(key, call);
      if (call || toStart.has(key)) this.counts.coalesced += 1;
      else toStart.add(key);
    }
    for (const key of toStart) {
      if (fresh || this.#values.has(key)) this.counts.refreshes += 1;
      else this.counts.misses += 1;
    }
    if (toStart.size === 0) return calls;
    const hasFallback = [...toStart].every(
      (key) => this.#decide(key, { failure: 'unavailable' }) === 'serve',
    );
    const call = this.#start([...toStart], {
      ...(fresh && { fresh }),
      ...(fresh ? maxAgeMs !== undefined && { maxAgeMs } : this.#younger(toStart, maxAgeMs)),
      ...(hasFallback && !fresh && { maxAttempts: 1 }),
    });
    for (const key of toStart) calls.set(key, call);
    return calls;
  }

  /** A refresh asks for a value that is younger than the one in memory, for a cache further in. */
  #younger(keys: Iterable<string>, maxAgeMs = Number.POSITIVE_INFINITY): ModelCall['ctx'] {
    let smallest = maxAgeMs;
    for (const key of keys) {
      const value = this.#values.get(key);
      if (!value) continue;
      const age = this.monotonic - value.fetchedAt;
      smallest = Math.min(smallest, age < 2_000 ? age / 2 : age - 1_000);
    }
    return smallest === Number.POSITIVE_INFINITY ? {} : { maxAgeMs: smallest };
  }

  #start(keys: readonly string[], ctx: ModelCall['ctx']): ModelCall {
    const call: ModelCall = { keys, ctx, startedAt: this.monotonic, step: this.step, waiters: 0 };
    for (const key of keys) this.#attached.set(key, [...(this.#attached.get(key) ?? []), call]);
    this.calls.push(call);
    return call;
  }

  #abort(call: ModelCall): void {
    call.ended = 'aborted';
    for (const [key, calls] of this.#attached)
      this.#attached.set(
        key,
        calls.filter((each) => each !== call),
      );
  }

  /** A read joins a call that is at least as strict. A fresh call must have started in the same synchronous turn. */
  #joinable(key: string, fresh: boolean, maxAgeMs = Number.POSITIVE_INFINITY): ModelCall | undefined {
    return this.#attached.get(key)?.findLast(({ ctx, step }) => {
      if (fresh) return ctx.fresh && step === this.step;
      return ctx.fresh || (ctx.maxAgeMs ?? Number.POSITIVE_INFINITY) <= maxAgeMs;
    });
  }

  #apply(key: string, answer: ModelAnswer, { startedAt }: ModelCall): void {
    const isLate = this.#isLate(key);
    if (isLate && answer === 'missing') {
      this.#negative.delete(key);
    } else if (isLate && typeof answer === 'object' && 'value' in answer) {
      const previous = this.#removed.get(key);
      this.#negative.delete(key);
      this.#removed.set(key, answer.value);
      if (previous !== undefined && previous !== answer.value) this.changes.push(answer.value);
    } else if (answer === 'missing') {
      this.#drop(key);
      const previous = this.#negative.get(key);
      const waits: Record<number, number> = { 300: 600, 600: 1_000, 1_000: 1_000 };
      const repeated = previous?.answer === 'missing' && waits[previous.waitMs];
      this.#remember(key, 'missing', repeated || options.negativeTtlMs);
    } else if ('code' in answer) {
      this.#fail(key, answer);
    } else {
      const { value, expiresAt = Number.POSITIVE_INFINITY, refreshAt, fetchedAt, staleSince } = answer;
      const held = this.#values.get(key);
      const previous = held?.text ?? this.#removed.get(key);
      this.#removed.delete(key);
      // Law 2: no cache makes a value younger, nor serves one longer than the cache that gave it stale.
      const fetched = fetchedAt === undefined ? startedAt : Math.min(fetchedAt, this.#wall) + this.#back;
      const stored = this.#store(key, value, expiresAt, fetched, refreshAt);
      if (staleSince !== undefined) {
        stored.softAt = Math.min(stored.softAt, staleSince + this.#back);
        stored.staleUntil = (answer.staleUntil ?? Number.POSITIVE_INFINITY) + this.#back;
        stored.failures = held?.failures ?? 0;
        this.#startCooldown(stored);
      }
      if (previous !== undefined && previous !== value) this.changes.push(value);
    }
  }

  #store(key: string, text: string, expiresAt: number, fetchedAt: number, refreshAt = -Infinity): Value {
    const life = expiresAt + this.#back - fetchedAt;
    const freshMs = Math.min(longestFreshMs, Math.max(life - options.refreshAheadMs, life / 2));
    const refreshMs = refreshAt + this.#back - fetchedAt;
    const delayMs = Math.min(5_000, refreshMs * options.jitter) / 2;
    const softAt = fetchedAt + (refreshMs > 0 ? Math.min(freshMs, refreshMs + delayMs) : freshMs);
    this.#negative.delete(key);
    const value: Value = {
      text,
      expiresAt,
      fetchedAt,
      softAt,
      isFresh: true,
      staleUntil: Number.POSITIVE_INFINITY,
      failures: 0,
      cooldownUntil: -Infinity,
    };
    this.#values.set(key, value);
    return value;
  }

  #fail(
    key: string,
    { code, retryAfterMs }: { code: SecretErrorCode; retryAfterMs?: number | undefined },
  ): void {
    if (isDenial(code)) this.#drop(key);
    if (isDenial(code) || code === 'unknown') this.#remember(key, code, options.denialTtlMs);
    const value = this.#values.get(key);
    if (value && errorRules[code].staleAllowed) this.#startCooldown(value, retryAfterMs);
  }

  #startCooldown(value: Value, retryAfterMs?: number): void {
    if (!this.#isFresh(value) && this.#age(value) >= servableMs) return;
    const growth = [1, 2, 4, 8, 10][value.failures] ?? 10;
    value.failures += 1;
    value.cooldownUntil =
      this.monotonic + Math.min(retryAfterMs || options.failureCooldownMs * growth, 1_000);
  }

  #answer(reader: ModelReader): void {
    const { slots, isLate, deadline } = reader;
    if (!this.readers.has(reader) || !slots.every(({ found, received }) => found ?? received)) return;
    for (const slot of slots) if (slot.found === undefined) this.#orStale(slot, reader);
    const waited = slots.length > 1 && slots.some(({ received }) => received);
    const expired = slots.filter(({ expiresAt = Infinity }) => waited && expiresAt <= this.#wall);
    const again = expired.filter(({ isAgain }) => !isAgain);
    if (again.length > 0 && !isLate && deadline > this.#wall) {
      const open = { call: undefined, received: undefined, found: undefined, expiresAt: undefined };
      for (const slot of again) Object.assign(slot, { isAgain: true, ...open });
      this.#readSlots(reader, again);
      return;
    }
    this.readers.delete(reader);
    for (const slot of expired) slot.found = 'missing';
    reader.answer = slots.map(({ found = 'missing' }) => found);
  }

  #orStale(slot: Slot, { fresh, isLate }: ModelReader): void {
    const { key, received = 'missing' } = slot;
    if (received === 'missing') slot.found = 'missing';
    else if ('value' in received) {
      const { value, staleSince } = received;
      slot.found = staleSince === undefined ? value : `${value} stale since ${staleSince}`;
      slot.expiresAt = received.expiresAt;
    } else {
      const serves = this.#decide(key, { fresh, failure: received.code }) === 'serve';
      const value = this.#values.get(key);
      if (value && serves) this.#serve(slot, value);
      else slot.found = slot.isAgain && isLate && received.code === 'timeout' ? 'missing' : received.code;
    }
  }

  #serve(slot: Slot, value: Value): void {
    const isFresh = this.#isFresh(value);
    if (!isFresh) this.counts.stale += 1;
    const since = Math.floor(this.#wall - this.#age(value)); // dates have whole milliseconds
    slot.found = isFresh ? value.text : `${value.text} stale since ${since}`;
    slot.expiresAt = value.expiresAt;
  }

  #isFresh({ softAt, isFresh }: Value): boolean {
    return isFresh && this.monotonic < softAt;
  }

  #age({ softAt, expiresAt, staleUntil }: Value): number {
    if (this.#wall >= expiresAt || this.monotonic >= staleUntil) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.monotonic - softAt);
  }

  #forgetFailures(key: string): undefined {
    this.#negative.delete(key);
    const value = this.#values.get(key);
    if (value) value.cooldownUntil = Number.NEGATIVE_INFINITY;
    this.#dropExpired(key);
  }

  #dropExpired(key: string): void {
    const value = this.#values.get(key);
    if (value && this.#wall >= value.expiresAt) this.#drop(key);
  }

  #drop(key: string): void {
    const value = this.#values.get(key);
    if (value) this.#removed.set(key, value.text);
    this.#values.delete(key);
  }
}

function isDenial(code: SecretErrorCode): boolean {
  return code === 'permission_denied' || code === 'unauthenticated';
}
