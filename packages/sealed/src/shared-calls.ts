import {
  abortable,
  isolatesRequests,
  isSecretError,
  SecretError,
  type SecretErrorFields,
} from '@secretkit/core/provider';
import { BoundedMap } from './bounded-map.js';

/** The limits of shared calls, in milliseconds, and the clock. */
export interface CallLimits {
  /** How long a result is used. */
  readonly ttlMs: number;
  /** How long a failure is repeated instead of a new call. */
  readonly failureTtlMs: number;
  /** The end of one call. */
  readonly timeoutMs: number;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** `failure` is always its own: an inherited field must not turn a failure into a result. */
type Outcome<T> =
  | { readonly failure: undefined; readonly value: T; readonly untilMs: number }
  | { readonly failure: Failure; readonly untilMs: number };

/** A failure as plain data: an error keeps the async context of the request that made it. */
interface Failure {
  readonly code: SecretError['code'];
  readonly problem: string;
  readonly fields: SecretErrorFields;
}

const maxEntries = 1_000;

/** Makes one call for each key at a time (single-flight), and remembers results and failures. */
export class SharedCalls<T> {
  readonly #limits: CallLimits;
  readonly #outcomes = new BoundedMap<Outcome<T>>(maxEntries);
  readonly #inflight = new Map<string, Promise<Outcome<T>>>();

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  /** Returns a result that is remembered, or that of the call. @throws `SecretError`, and the reason of the signal. */
  async get(
    key: string,
    signal: AbortSignal | undefined,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const known = this.#outcomes.get(key);
    const outcome =
      known && this.#limits.now() < known.untilMs ? known : await abortable(this.#run(key, call), signal);
    if (!outcome.failure) return outcome.value;
    const { code, problem, fields } = outcome.failure;
    throw new SecretError(code, problem, fields);
  }

  /** Remembers a result that was not made by a call. */
  remember(key: string, value: T): void {
    this.#outcomes.set(key, this.#success(value));
  }

  #run(key: string, call: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    const inflight = this.#inflight.get(key);
    if (inflight) return inflight;
    const running = this.#settle(key, call);
    if (!isolatesRequests()) {
      this.#inflight.set(key, running);
      void running.finally(() => this.#inflight.delete(key)); // it never rejects
    }
    return running;
  }

  async #settle(key: string, call: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    const { timeoutMs, failureTtlMs, now } = this.#limits;
    let outcome: Outcome<T>;
    try {
      outcome = this.#success(await limited(call, timeoutMs));
    } catch (error) {
      outcome = { failure: failureOf(error), untilMs: now() + failureTtlMs };
    }
    this.#outcomes.set(key, outcome);
    return outcome;
  }

  #success(value: T): Outcome<T> {
    return { failure: undefined, value, untilMs: this.#limits.now() + this.#limits.ttlMs };
  }
}

async function limited<T>(call: (signal: AbortSignal) => Promise<T>, timeoutMs: number): Promise<T> {
  const controller = new AbortController();
  const problem = `the envelope did not answer within ${timeoutMs} ms. Check the network, or raise envelopeTimeoutMs.`;
  const timer = setTimeout(() => controller.abort(new SecretError('timeout', problem)), timeoutMs);
  try {
    return await abortable(call(controller.signal), controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

function failureOf(error: unknown): Failure {
  if (isSecretError(error)) {
    const { code, problem, provider, retryAfterMs, retryable, details } = error;
    return { code, problem, fields: { provider, retryAfterMs, retryable, details } };
  }
  const problem =
    'the envelope threw an error. Its message is withheld, since it may quote a key. Throw a SecretError instead.';
  return { code: 'unknown', problem, fields: {} };
}
