import { abortable, SecretError } from '@secretkit/core/provider';
import type { Lease, LeaseBackend, LoginLife } from '../../src/leases/lease.js';
import type { VirtualClock } from './virtual-clock.js';

export interface LeaseServerOptions {
  readonly leaseMs: number;
  /** The longest life of a lease. @defaultValue six times `leaseMs` */
  readonly maxMs?: number;
  readonly renewable?: boolean;
  /** The age that a proxy reports with each new lease. */
  readonly ageMs?: number;
  /** How long an answer takes. @defaultValue 20 */
  readonly latencyMs?: number;
}

/** Fails a request, or lets it hang: called before the server does anything. */
export type Fault = (call: 'mint' | 'renew' | 'revoke') => SecretError | 'hang' | undefined;

/** A server with leases on a virtual clock, and the database behind it. */
export interface LeaseServer {
  readonly backend: LeaseBackend;
  /** Whether the database accepts a credential now. */
  accepts(credential: string): boolean;
  /** What reached the server, with the times in milliseconds. */
  readonly mints: readonly number[];
  readonly renewals: readonly {
    readonly atMs: number;
    readonly incrementMs: number;
    readonly isDone: boolean;
  }[];
  readonly revocations: readonly string[];
  /** The number of accounts in the database. */
  accounts(): number;
  /** Deletes a credential's lease, as an administrator does. */
  drop(credential: string): void;
  fault: Fault | undefined;
  login: TestLogin | undefined;
  options: LeaseServerOptions;
}

/** A login whose life a test changes. */
export interface TestLogin extends LoginLife {
  endsAtMs: number;
  isFinal: boolean;
}

export function leaseServer(clock: VirtualClock, options: LeaseServerOptions): LeaseServer {
  interface Account {
    readonly id: string;
    readonly value: string;
    readonly mintedAtMs: number;
    readonly login: TestLogin | undefined;
    endsAtMs: number;
  }
  const accounts = new Map<string, Account>();
  const mints: number[] = [];
  const renewals: { atMs: number; incrementMs: number; isDone: boolean }[] = [];
  const revocations: string[] = [];
  const nowMs = (): number => clock.read().monotonicMs;
  const isAlive = ({ endsAtMs, login }: Account): boolean =>
    Math.min(endsAtMs, login?.endsAtMs ?? Infinity) > nowMs();

  async function respond<T>(
    call: 'mint' | 'renew' | 'revoke',
    signal: AbortSignal,
    run: () => T,
  ): Promise<T> {
    const fault = server.fault?.(call);
    const latency = new Promise<void>((resolve) => {
      if (fault !== 'hang') clock.timer(server.options.latencyMs ?? 20, resolve);
    });
    await abortable(latency, signal);
    if (fault instanceof SecretError) throw fault;
    return run();
  }

  const server: LeaseServer = {
    backend: {
      mint: (_, signal) =>
        respond('mint', signal, (): Lease => {
          const { leaseMs, renewable = true, ageMs } = server.options;
          mints.push(nowMs());
          const id = `database/creds/app/${mints.length}`;
          const value = `user-${mints.length}`;
          const { login } = server;
          const account = {
            id,
            value,
            mintedAtMs: nowMs(),
            login,
            endsAtMs: nowMs() + leaseMs - (ageMs ?? 0),
          };
          accounts.set(id, account);
          return { id, value, durationMs: leaseMs, renewable, ageMs, login };
        }),
      renew: (id, incrementMs, signal) => {
        const renewal = { atMs: nowMs(), incrementMs, isDone: false };
        renewals.push(renewal);
        return respond('renew', signal, () => {
          const account = accounts.get(id);
          if (!account || !isAlive(account)) return 'lost';
          const { leaseMs, maxMs = leaseMs * 6 } = server.options;
          account.endsAtMs = Math.min(nowMs() + incrementMs, account.mintedAtMs + maxMs);
          renewal.isDone = true;
          return { durationMs: account.endsAtMs - nowMs() };
        });
      },
      revoke: (id, signal) =>
        respond('revoke', signal, () => {
          revocations.push(id);
          accounts.delete(id);
        }),
    },
    accepts: (credential) =>
      [...accounts.values()].some((account) => account.value === credential && isAlive(account)),
    mints,
    renewals,
    revocations,
    accounts: () => [...accounts.values()].filter(isAlive).length,
    drop(credential) {
      for (const [id, { value }] of accounts) if (value === credential) accounts.delete(id);
    },
    fault: undefined,
    login: undefined,
    options,
  };
  return server;
}
