import { onAbort } from '@secretkit/core/provider';

/** How a caller has passed the gate. */
export type Passage = 'free' | 'probe' | 'ended';

/** Lets every login pass until one is refused; then one at a time, because a server may lock the account. */
export interface LoginGate {
  /** Waits for the passage, or until the signal fires: `ended`. A `probe` must call `leave`. */
  enter(signal: AbortSignal): Promise<Passage>;
  /** Closes the gate. */
  refuse(): void;
  /** Opens the gate, for everybody who waits, too. */
  open(): void;
  /** Passes the turn of a probe on. */
  leave(): void;
  readonly isClosed: boolean;
}

export function loginGate(): LoginGate {
  const waiting = new Set<(passage: Passage) => void>();
  let closed = false;
  let probing = false;

  return {
    async enter(signal) {
      if (signal.aborted) return 'ended';
      if (!closed) return 'free';
      if (!probing) {
        probing = true;
        return 'probe';
      }
      return new Promise((resolve) => {
        const settle = (passage: Passage): void => {
          waiting.delete(settle);
          stop();
          resolve(passage);
        };
        const stop = onAbort(signal, () => settle('ended'));
        waiting.add(settle);
      });
    },
    refuse() {
      closed = true;
    },
    open() {
      closed = false;
      probing = false;
      for (const settle of [...waiting]) settle('free');
    },
    leave() {
      const [next] = waiting;
      probing = closed && next !== undefined;
      if (probing) next?.('probe');
    },
    get isClosed() {
      return closed;
    },
  };
}
