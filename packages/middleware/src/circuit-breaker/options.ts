import type { Transition } from './circuit.js';
import type { Strategy } from './strategy.js';

export interface CircuitBreakerOptions {
  /**
   * Decides when a circuit opens: `consecutiveFailures()`, `failureShare()`, or a strategy of your own.
   * @defaultValue consecutiveFailures(5)
   */
  readonly strategy?: Strategy;
  /**
   * How long a circuit stays open before it lets one probe through, in milliseconds. The time doubles after each probe that
   * fails. Up to a fifth of it is taken off at random.
   * @defaultValue 10000
   */
  readonly openMs?: number;
  /**
   * The longest time that a circuit stays open, in milliseconds.
   * @defaultValue 60000, or `openMs` if that is more
   */
  readonly maxOpenMs?: number;
  /**
   * One circuit for the provider, or one for each account, so that the failures of one tenant do not affect another.
   * @defaultValue 'provider'
   */
  readonly per?: 'provider' | 'account';
  /**
   * The most circuits in memory. With `per: 'account'`, the least recently used one is removed, and starts again as closed.
   * @defaultValue 1000
   */
  readonly maxAccounts?: number;
  /** Called when a circuit opens, half-opens or closes. An exception that it throws is ignored. */
  readonly onStateChange?: (change: CircuitChange) => void;
  /**
   * The clock of durations, in epoch milliseconds.
   * @defaultValue `performance.timeOrigin + performance.now()`, which no step of the wall clock changes
   */
  readonly now?: () => number;
  /** Returns a number in [0, 1). @defaultValue Math.random */
  readonly random?: () => number;
}

/** A circuit that opened, half-opened or closed. */
export interface CircuitChange extends Transition {
  /** The `name` of the inner provider. */
  readonly provider: string;
  /** The account of the circuit, with `per: 'account'`. Absent for the circuit of the provider. */
  readonly account?: string;
}
