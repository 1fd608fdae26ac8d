import { errorRules, type SecretErrorCode } from '@secretkit/core/provider';

/** The options of the cache under test, which has room for everything. Chance always comes to one half. */
export const options = {
  ttlMs: 4_000,
  jitter: 0.5,
  refreshAheadMs: 500,
  staleWhileRevalidateMs: 1_500,
  staleIfErrorMs: 6_000,
  negativeTtlMs: 300,
  denialTtlMs: 200,
  failureCooldownMs: 100,
  maxEntries: 10,
} as const;

const longestFreshMs = options.ttlMs * (1 - options.jitter / 2);
const servableMs = Math.max(options.staleWhileRevalidateMs, options.staleIfErrorMs);

/** What comes from the backend for one secret: a value, a failure, or `missing`. */
export type Told =
  | { readonly value: string; readonly expiresAt?: number }
  | { readonly code: SecretErrorCode; readonly retryAfterMs?: number | undefined }
  | 'missing';

/** What a reader is to be answered with for one secret, in words: `a#1`, `a#1 stale since 170…`, `missing` or a code. */
export type Expected = string;

/** A call that the law wants to be made. */
export interface ModelCall {
  readonly keys: readonly string[];
  readonly ctx: { readonly fresh?: true; readonly maxAttempts?: 1 };
  readonly askedAt: number;
  readonly step: number;
  riders: number;
  /** Absent, while it is under way. */
  ended?: 'answered' | 'left';
}

/** A reader of one or more secrets. */
export interface ModelReader {
  readonly fresh: boolean;
  readonly slots: Slot[];
  /** Present when it has been answered, secret by secret. */
  answer?: readonly Expected[];
}

interface Slot {
  readonly key: string;
  readonly call?: ModelCall;
  expiresAt?: number | undefined;
  here?: Expected;
  arrived?: Told;
}

interface Value {
  readonly text: string;
  readonly expiresAt: number;
  readonly softAt: number; // on the time that never goes back
  readonly epoch: number;
  failures: number;
  restsUntil: number;
}

/**
 * The law of the cache, said once more and as simply as it can be: what each read is answered with, and which calls are
 * made. It keeps no promises and no listeners, and knows of time what the cache has seen.
 */
export class LawModel {
  readonly counts = { hits: 0, misses: 0, stale: 0, refreshes: 0, failures: 0, coalesced: 0 };
  readonly calls: ModelCall[] = [];
  readonly changes: string[] = [];
  readonly readers = new Set<ModelReader>();
  step = 0;
  #wall = Number.NEGATIVE_INFINITY;
  #back = 0;
  #setBackAt = 0;
  #epoch = 0;
  readonly #values = new Map<string, Value>();
  readonly #departed = new Map<string, string>();
  readonly #verdicts = new Map<string, { readonly told: Expected; readonly until: number }>();
  readonly #unmarked = new Map<string, ModelCall[]>(); // the latest last

  /** Law 7: less than a second back is no time passed, more makes every value old. */
  see(reading: number): void {
    if (reading >= this.#wall - 1_000 && reading <= this.#wall) return;
    if (reading < this.#wall) {
      this.#back += this.#wall - reading;
      this.#setBackAt = reading + this.#back;
      this.#epoch += 1;
    }
    this.#wall = reading;
  }

  get wall(): number {
    return this.#wall;
  }

  get size(): number {
    return this.#values.size;
  }

  get #steady(): number {
    return this.#wall + this.#back;
  }

  /** Laws 1 to 6, for one reader. */
  read(keys: readonly string[], fresh: boolean, isLate: boolean): ModelReader {
    const behind = new Set<string>();
    const here = keys.map((key) => (fresh ? this.#lift(key) : this.#here(key, behind)));
    this.counts.refreshes += behind.size;
    if (behind.size > 0) this.#ask([...behind], { maxAttempts: 1 }).riders = Number.POSITIVE_INFINITY;
    const waiting = keys.filter((_, at) => here[at] === undefined);
    const calls = isLate ? new Map<string, ModelCall>() : this.#send(waiting, fresh);
    const slots = keys.map((key, at): Slot => {
      const slot = here[at];
      if (slot) return slot;
      const call = calls.get(key);
      if (!call) return { key, arrived: { code: 'timeout' } };
      call.riders += 1;
      return { key, call };
    });
    const reader: ModelReader = { fresh, slots };
    this.readers.add(reader);
    this.#settle(reader);
    return reader;
  }

  /** A reader leaves what it waits for: by its abort, or too late. */
  leave(reader: ModelReader, tooLate: boolean): void {
    for (const slot of reader.slots) {
      const { call } = slot;
      if (!call || slot.here || slot.arrived) continue;
      call.riders -= 1;
      if (call.riders === 0) this.#end(call);
      if (tooLate) slot.arrived = { code: 'timeout' };
    }
    if (tooLate) this.#settle(reader);
    else this.readers.delete(reader);
  }

  /** Everything that comes of a call. */
  land(call: ModelCall, told: (key: string) => Told): void {
    call.ended = 'answered';
    for (const key of call.keys) {
      const raw = told(key);
      const hasExpired =
        typeof raw === 'object' && 'value' in raw && (raw.expiresAt ?? Infinity) <= this.#wall;
      const answer = hasExpired ? 'missing' : raw;
      const failure = typeof answer === 'object' && 'code' in answer ? answer : undefined;
      if (failure) this.counts.failures += 1;
      const unmarked = this.#unmarked.get(key) ?? [];
      const at = unmarked.indexOf(call);
      const knows = failure === undefined || isDenial(failure.code);
      if (at !== -1) unmarked.splice(knows ? 0 : at, knows ? at + 1 : 1); // what was asked before knows less
      if (at !== -1) this.#keep(key, answer, call);
      for (const { slots } of this.readers)
        for (const slot of slots) if (slot.call === call && slot.key === key) slot.arrived = answer;
    }
    for (const reader of this.readers) this.#settle(reader);
  }

  /** Law 6: a write, at its start and its end, and `invalidate`. */
  mark(key: string): void {
    this.#unmarked.delete(key);
    this.#verdicts.delete(key);
    this.#drop(key);
  }

  /** What `peek` shows: a value, nothing, or `further in`: what a provider there has. */
  peek(key: string): Expected | undefined {
    const value = this.#values.get(key);
    if (value) return this.#isFresh(value) ? value.text : undefined;
    const verdict = this.#verdicts.get(key);
    return verdict && this.#steady < verdict.until ? undefined : 'further in';
  }

  #here(key: string, behind: Set<string>): Slot | undefined {
    const value = this.#values.get(key);
    if (value && this.#isFresh(value)) {
      this.counts.hits += 1;
      return { key, here: value.text, expiresAt: value.expiresAt };
    }
    const verdict = this.#verdicts.get(key);
    if (verdict && this.#steady < verdict.until) {
      this.counts.hits += 1;
      return { key, here: verdict.told };
    }
    if (!value) return undefined;
    const age = this.#age(value);
    if (age === Number.POSITIVE_INFINITY) this.#drop(key);
    const rests = this.#steady < value.restsUntil;
    if (age >= (rests ? servableMs : options.staleWhileRevalidateMs)) return undefined;
    if (!rests && !this.#joinable(key, false)) behind.add(key);
    return { key, here: this.#stale(value, age), expiresAt: value.expiresAt };
  }

  #send(keys: readonly string[], fresh: boolean): Map<string, ModelCall> {
    const calls = new Map<string, ModelCall>();
    const asked = new Set<string>();
    for (const key of keys) {
      const call = this.#joinable(key, fresh);
      if (call) calls.set(key, call);
      if (call || asked.has(key)) this.counts.coalesced += 1;
      else asked.add(key);
    }
    for (const key of asked) {
      if (fresh || this.#values.has(key)) this.counts.refreshes += 1;
      else this.counts.misses += 1;
    }
    if (asked.size === 0) return calls;
    const standsBy = [...asked].every((key) => {
      const value = this.#values.get(key);
      return value && this.#age(value) < options.staleIfErrorMs;
    });
    const call = this.#ask([...asked], fresh ? { fresh: true } : standsBy ? { maxAttempts: 1 } : {});
    for (const key of asked) calls.set(key, call);
    return calls;
  }

  #ask(keys: readonly string[], ctx: ModelCall['ctx']): ModelCall {
    const call: ModelCall = { keys, ctx, askedAt: this.#steady, step: this.step, riders: 0 };
    for (const key of keys) this.#unmarked.set(key, [...(this.#unmarked.get(key) ?? []), call]);
    this.calls.push(call);
    return call;
  }

  #end(call: ModelCall): void {
    call.ended = 'left';
    for (const [key, calls] of this.#unmarked)
      this.#unmarked.set(
        key,
        calls.filter((each) => each !== call),
      );
  }

  /** A fresh reader joins only what another one has begun in the same breath. */
  #joinable(key: string, fresh: boolean): ModelCall | undefined {
    return this.#unmarked.get(key)?.findLast(({ ctx, step }) => !fresh || (ctx.fresh && step === this.step));
  }

  #keep(key: string, answer: Told, { askedAt }: ModelCall): void {
    if (answer === 'missing') {
      this.#drop(key);
      this.#verdicts.set(key, { told: 'missing', until: this.#steady + options.negativeTtlMs });
    } else if ('code' in answer) {
      this.#fail(key, answer);
    } else {
      const { value: text, expiresAt = Number.POSITIVE_INFINITY } = answer;
      const life = expiresAt + this.#back - askedAt;
      const freshMs = Math.min(longestFreshMs, Math.max(life - options.refreshAheadMs, life / 2));
      const before = this.#values.get(key)?.text ?? this.#departed.get(key);
      this.#departed.delete(key);
      this.#verdicts.delete(key);
      const softAt = askedAt + freshMs;
      this.#values.set(key, {
        text,
        expiresAt,
        softAt,
        epoch: this.#epoch,
        failures: 0,
        restsUntil: -Infinity,
      });
      if (before !== undefined && before !== text) this.changes.push(text);
    }
  }

  #fail(
    key: string,
    { code, retryAfterMs }: { code: SecretErrorCode; retryAfterMs?: number | undefined },
  ): void {
    if (isDenial(code)) this.#drop(key);
    if (isDenial(code) || code === 'unknown')
      this.#verdicts.set(key, { told: code, until: this.#steady + options.denialTtlMs });
    const value = this.#values.get(key);
    if (!value || !errorRules[code].staleAllowed || this.#age(value) >= servableMs) return;
    const growth = [1, 2, 4, 8, 10][value.failures] ?? 10;
    value.failures += 1;
    value.restsUntil = this.#steady + (retryAfterMs || options.failureCooldownMs * growth);
  }

  #settle(reader: ModelReader): void {
    const { slots, fresh } = reader;
    if (!slots.every(({ here, arrived }) => here ?? arrived)) return;
    this.readers.delete(reader);
    reader.answer = slots.map((slot) => {
      if (slot.here === undefined) return this.#inTheEnd(slot, fresh, slots.length > 1);
      const gone = slots.some(({ arrived }) => arrived) && (slot.expiresAt ?? Infinity) <= this.#wall;
      return gone ? 'missing' : slot.here;
    });
  }

  #inTheEnd({ key, arrived = 'missing' }: Slot, fresh: boolean, waited: boolean): Expected {
    if (arrived === 'missing') return 'missing';
    if ('value' in arrived) {
      return waited && (arrived.expiresAt ?? Infinity) <= this.#wall ? 'missing' : arrived.value;
    }
    const value = this.#values.get(key);
    if (fresh || !value || !errorRules[arrived.code].staleAllowed) return arrived.code;
    if (this.#isFresh(value)) return value.text;
    const age = this.#age(value);
    return age < options.staleIfErrorMs ? this.#stale(value, age) : arrived.code;
  }

  #stale({ text }: Value, age: number): Expected {
    this.counts.stale += 1;
    return `${text} stale since ${Math.floor(this.#wall - age)}`; // dates know no less than a millisecond
  }

  #isFresh({ softAt, epoch }: Value): boolean {
    return epoch === this.#epoch && this.#steady < softAt;
  }

  #age({ softAt, expiresAt, epoch }: Value): number {
    if (this.#wall >= expiresAt) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#steady - (epoch === this.#epoch ? softAt : Math.min(softAt, this.#setBackAt)));
  }

  #lift(key: string): undefined {
    this.#verdicts.delete(key);
    const value = this.#values.get(key);
    if (value) value.restsUntil = Number.NEGATIVE_INFINITY;
  }

  #drop(key: string): void {
    const value = this.#values.get(key);
    if (value) this.#departed.set(key, value.text);
    this.#values.delete(key);
  }
}

function isDenial(code: SecretErrorCode): boolean {
  return code === 'permission_denied' || code === 'unauthenticated';
}
