import type { SecretErrorCode } from '@secretkit/core/provider';
import type { Evidence } from './evidence.js';
import type { Strategy } from './strategy.js';

/**
 * - `closed`: every attempt goes through;
 * - `open`: none does;
 * - `half-open`: one does, and decides.
 */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** An attempt that goes through, or for how long none does. */
export type Entry =
  | { readonly ended: (evidence: Evidence, code?: SecretErrorCode) => void }
  | { readonly refusedForMs: number };

/** From one state to another. */
export interface Transition {
  /** The state before. */
  readonly from: CircuitState;
  /** The state from now on. */
  readonly to: CircuitState;
  /** The failure that opened it; with `open` alone. */
  readonly code?: SecretErrorCode;
  /** For how long it stays open, in milliseconds; with `open` alone. */
  readonly openForMs?: number;
}

/** The states of one circuit, and what leads from one to another. */
export interface Circuit {
  enter(): Entry;
  readonly state: CircuitState;
  /** For how long it lets nobody through, from now on. */
  readonly refusesForMs: number;
}

/** How long a circuit stays open: twice as long after each probe that failed. */
export interface OpenTimes {
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** Numbers from 0 on and below 1. */
  readonly random: () => number;
}

/** The part of its time that an open circuit may be spared by chance: a fleet must not probe as one. */
const jitter = 0.2;

/** @param time - In milliseconds; it never goes back. */
export function circuit(
  strategy: Strategy,
  { openMs, maxOpenMs, random }: OpenTimes,
  time: () => number,
  onChange: (transition: Transition) => void,
): Circuit {
  let state: CircuitState = 'closed';
  let tally = strategy.tally();
  let openings = 0; // since it was closed
  let openForMs = 0;
  let until = 0; // open: when a probe may come; half-open: when the probe is given up for lost, and another may come
  let turn = 0; // an attempt that began in another turn says nothing about this one

  function change(to: CircuitState, why: Pick<Transition, 'code' | 'openForMs'> = {}): void {
    const from = state;
    state = to;
    turn += 1;
    onChange({ from, to, ...why });
  }

  function open(code: SecretErrorCode | undefined): void {
    openForMs = Math.min(openMs * 2 ** openings, maxOpenMs) * (1 - jitter * random());
    openings = Math.min(openings + 1, 30); // outages last for hours
    until = time() + openForMs;
    change('open', { openForMs, ...(code && { code }) });
  }

  function close(): void {
    openings = 0;
    tally = strategy.tally();
    change('closed');
  }

  function probe(): void {
    until = time() + openForMs;
    if (state === 'half-open') turn += 1;
    else change('half-open');
  }

  function settle(evidence: Evidence, code: SecretErrorCode | undefined): void {
    if (state === 'half-open') {
      if (evidence === 'up') close();
      else if (evidence === 'down') open(code);
      else until = time(); // the next one is the probe
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
    enter(): Entry {
      const refusedForMs = circuit.refusesForMs;
      if (refusedForMs > 0) return { refusedForMs };
      if (state !== 'closed') probe();
      const began = turn;
      return {
        ended(evidence, code) {
          if (turn === began) settle(evidence, code);
        },
      };
    },
  };
  return circuit;
}
