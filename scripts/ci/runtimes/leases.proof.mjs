// Proves that a leased account of PostgreSQL never lapses: 24 hours on a server with a clock, then on OpenBao, which is sealed or
// killed again and again, beside a client that reads once and one that renews by an interval. With `--small`, short leases.
import { tsImport } from 'tsx/esm/api';

const full = {
  outages: { seconds: 180, everySeconds: 12, downSeconds: 4.5 },
  lease: 20,
  max: 60,
  readers: 100,
  pauseMs: 2_000,
  login: { seconds: 60, maxSeconds: 20 },
  database: { lease: 40, downSeconds: 10 },
};
const small = {
  outages: { seconds: 17, everySeconds: 7, downSeconds: 3 },
  lease: 15,
  max: 18,
  readers: 20,
  pauseMs: 500,
  login: { seconds: 12, maxSeconds: 6 },
  database: { lease: 12, downSeconds: 3 },
};

/** Returns a row for each client and the result, or the reason why it cannot run. */
export async function prove(...flags) {
  const load = (path) => tsImport(`../../../packages/vault/test/${path}.ts`, import.meta.url);
  const { hasDatabase } = await load('leases/database');
  if (!hasDatabase) return { missing: 'OpenBao or PostgreSQL is not installed.' };
  const { proveVirtually } = await load('proof/virtual-proof');
  const { proveOnOpenBao } = await load('proof/lease-proof');
  const isSmall = flags.includes('--small');
  const size = isSmall ? small : full;
  const virtual = await proveVirtually();
  const { rows: real, outages, left, closedMs } = await proveOnOpenBao(size);

  const [day] = virtual;
  const [leased, brief, , , login, database] = real;
  const most = isSmall ? { mints: 6, renewals: 12 } : { mints: 6, renewals: 30 };
  const checks = {
    'no gap in 24 hours': day.gaps === 0 && day.mints <= 6 && day.renewals <= 60,
    'no failed read': leased.refused === 0 && leased.unavailable === 0,
    'few requests': leased.mints <= most.mints && leased.renewals <= most.renewals,
    'short leases are never refused': brief.refused === 0,
    'recovered within 2 s': brief.recoveryMs <= 2_000,
    'logins end without a refusal': login.refused === 0 && login.unavailable === 0,
    'no account for a database that is down': database.mints === 1 && database.refused === 0,
    'no account left': left === 0 && closedMs <= 5_000,
    'outages happened': isSmall ? outages.length > 0 : outages.length >= 10 && Math.max(...outages) <= 5_000,
  };
  const failed = Object.keys(checks).filter((name) => !checks[name]);
  const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
  const figures =
    `24 virtual hours: ${day.gaps} gaps in ${day.reads} reads, ${day.mints} accounts, ${day.renewals} renewals; ` +
    `${outages.length} outages of ${seconds(Math.min(...outages))} to ${seconds(Math.max(...outages))}: ${leased.unavailable} unavailable and ${leased.refused} refused ` +
    `in ${leased.reads} reads, ${leased.mints} accounts, ${leased.renewals} renewals; leases of 2 s: ${brief.refused} refused, a login ` +
    `${seconds(brief.recoveryMs)} after an outage; ${left} accounts ${seconds(closedMs)} after close` +
    `${failed.length > 0 ? `; not: ${failed.join(', ')}` : ''}`;
  const rows = [
    ...virtual.map(({ client, reads, gaps, mints, renewals }) => ({
      case: '24 virtual hours',
      client,
      reads,
      unavailable: '',
      refused: gaps,
      late: '',
      accounts: mints,
      renewals,
    })),
    ...real.map(({ client, reads, unavailable, refused, late, mints, renewals }) => ({
      case: 'OpenBao',
      client,
      reads,
      unavailable,
      refused,
      late,
      accounts: mints,
      renewals,
    })),
  ];
  return { rows, passed: failed.length === 0, figures };
}
