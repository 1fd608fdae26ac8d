import { isSecretError } from '@secretkit/core/provider';
import type { LeasingDatabase } from '../leases/database.js';

/** What the readers of one client have seen. */
export interface Seen {
  reads: number;
  unavailable: number;
  refused: number;
  /** Refused logins that took longer than `withinMs`: the machine was slow, and the credential may have ended meanwhile. */
  late: number;
  /** The longest time from the end of an outage to the next read whose login is accepted. */
  recoveryMs: number;
}

/** How long after its read a login ends, in milliseconds. */
const withinMs = 250;

/** Reads a credential. */
export type ReadCredential = () => Promise<string>;

/** Readers that log in to PostgreSQL with what they read, at once. The returned function ends them. */
export function startReaders(
  db: LeasingDatabase,
  read: ReadCredential,
  { count, pauseMs }: { readonly count: number; readonly pauseMs: number },
) {
  const seen: Seen = { reads: 0, unavailable: 0, refused: 0, late: 0, recoveryMs: 0 };
  let isRunning = true;
  let recoveredAtMs: number | undefined;

  async function reader(at: number): Promise<void> {
    await pause((pauseMs * at) / count); // they do not read together
    while (isRunning) {
      await once();
      await pause(pauseMs);
    }
  }

  async function once(): Promise<void> {
    seen.reads += 1;
    let credential: string;
    try {
      credential = await read();
    } catch (error) {
      if (!isSecretError(error) && !(error instanceof Error)) throw error;
      seen.unavailable += 1;
      return;
    }
    const readAtMs = performance.now();
    const login = await db.connect(credential);
    if (login === 'refused') seen[performance.now() - readAtMs <= withinMs ? 'refused' : 'late'] += 1;
    if (login !== 'accepted' || recoveredAtMs === undefined) return;
    seen.recoveryMs = Math.max(seen.recoveryMs, readAtMs - recoveredAtMs);
    recoveredAtMs = undefined;
  }

  const readers = Promise.all(Array.from({ length: count }, (_, at) => reader(at)));
  return {
    seen,
    /** An outage has ended at this moment. */
    recovered(): void {
      recoveredAtMs = performance.now();
    },
    async stop(): Promise<Seen> {
      isRunning = false;
      await readers;
      return seen;
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });
}
