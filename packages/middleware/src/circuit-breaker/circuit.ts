import type { SecretErrorCode } from '@secretkit/core/provider';
import type { Evidence } from './evidence.js';
import type { Strategy } from './strategy.js';

/**
 * - `closed`: every attempt reaches the backend;
 * - `open`: no attempt does;
 * - `half-open`: one attempt, the probe, reaches the backend and decides.
 */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** An attempt that may reach the backend, or how long the circuit refuses attempts. */
export type Admission =
  | { readonly ended: (evidence: Evidence, code?: SecretErrorCode) => void }
  | { readonly refusedForMs: number };

/** A change of state. */
export interface Transition {
  /** The state before the change. */
  readonly from: CircuitState;
  /** The state after the change. */
  readonly to: CircuitState;
  /** The failure that opened the circuit. Present only with `to: 'open'`. */
  readonly code?: SecretErrorCode;
  /** How long the circuit stays open, in milliseconds. Present only with `to: 'open'`. */
  readonly openForMs?: number;
}

/** One circuit: its state, and the decision about each attempt. */
export interface Circuit {
  admit(): Admission;
  readonly state: CircuitState;
  /** How long the circuit refuses attempts from now on, in milliseconds. */
  readonly refusesForMs: number;
}

/** How long a circuit stays open. The time doubles after each probe that fails. */
export interface OpenTimes {
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** Returns numbers in [0, 1]. */
  readonly random: () => number;
}

/** The largest part of the open time that is taken off at random, so that the processes of a fleet do not probe together. */
const jitter = 0.2;

/** @param time - A clock in milliseconds that never decreases. */
export function circuit(
  strategy: Strategy,
  { openMs, maxOpenMs, random }: OpenTimes,
  time: () => number,
  onChange: (transition: Transition) => void,
): Circuit {
  let state: CircuitState = 'closed';
  let tally = strategy.tally();
  let openings = 0; // since the circuit was closed
  let openForMs = 0;
  let until = 0; // open: when a probe may start; half-open: when the probe counts as lost, and another may start
  let period = 0; // an attempt that started in an earlier period is not evidence in this one

  function change(to: CircuitState, why: Pick<Transition, 'code' | 'openForMs'> = {}): void {
    const from = state;
    state = to;
    period += 1;
    onChange({ from, to, ...why });
  }

  function open(code: SecretErrorCode | undefined): void {
    openForMs = Math.min(openMs * 2 ** openings, maxOpenMs) * (1 - jitter * random());
    openings = Math.min(openings + 1, 30); // the power of two must stay finite in a long outage
    until = time() + openForMs;
    change('open', { openForMs, ...(code && { code }) });
  }

  function close(): void {
    openings = 0;
    tally = strategy.tally();
    change('closed');
  }

  function startProbe(): void {
    until = time() + openForMs;
    if (state === 'half-open') period += 1;
    else change('half-open');
  }

  function applyEvidence(evidence: Evidence, code: SecretErrorCode | undefined): void {
    if (state === 'half-open') {
      if (evidence === 'up') close();
      else if (evidence === 'down') open(code);
      else until = time(); // the next attempt is the probe
    } else if (evidence !== 'none' && tally.opens(evidence === 'down', time())) {
      open(code);
    }
  }

  const circuit = {
    get state() {
      return state;
    },
    get refusesForMs() {
      return state === 'closed' ? 0 : Math.max(0, until - time());
    },
    admit(): Admission {
      const refusedForMs = circuit.refusesForMs;
      if (refusedForMs > 0) return { refusedForMs };
      if (state !== 'closed') startProbe();
      const startedIn = period;
      return {
        ended(evidence, code) {
          if (period === startedIn) applyEvidence(evidence, code);
        },
      };
    },
  };
  return circuit;
}
