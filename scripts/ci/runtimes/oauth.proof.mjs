// Proves that OAuth tokens renew once, for any number of calls and processes, and that chaos loses no connection without a reason.
// With `--small`, a few renewals and some seconds of chaos; with `renewals` or `chaos`, only that part.
import { runChaos } from './oauth.chaos.mjs';
import { startWorker } from './oauth.process.mjs';
import { startOAuthServer } from './oauth.server.mjs';
import { stores } from './oauth.stores.mjs';

const full = {
  calls: 1_000,
  renewals: 20,
  processes: 10,
  chaos: { seconds: 600, processes: 4, connections: 10 },
};
const small = { calls: 60, renewals: 4, processes: 2, chaos: { seconds: 8, processes: 2, connections: 5 } };
const hourMs = 3_600_000;

/** Returns a row for each store and each kind of server, and the result. */
export async function prove(...flags) {
  const size = flags.includes('--small') ? small : full;
  const rounds = [];
  if (!flags.includes('chaos')) {
    for (const name of Object.keys(stores)) rounds.push(await renewAtOnce(name, size));
  }
  const windows = flags.includes('renewals') ? [] : [60_000, 0];
  const chaos = await Promise.all(windows.map((reuseWindowMs) => runChaos({ ...size.chaos, reuseWindowMs })));
  const results = [...rounds, ...chaos];
  for (const problem of results.flatMap(({ problems = [] }) => problems)) console.log(problem);
  return {
    rows: results.map(({ row }) => row),
    passed: results.every(({ passed }) => passed),
    figures: [rounds.length > 0 && figuresOf(rounds), chaos.length > 0 && figuresOfChaos(chaos, size)]
      .filter(Boolean)
      .join('; '),
  };
}

function figuresOf(rounds) {
  const ran = rounds.filter(({ missing }) => !missing);
  const skipped = rounds.length - ran.length;
  const sum = (column) => ran.reduce((total, each) => total + each.row[column], 0);
  return (
    `${sum('grants')} grants for ${sum('renewals')} renewals and ${sum('calls')} calls, ${sum('refused')} of them refused, ` +
    `in ${ran.length} stores${skipped ? `, ${skipped} skipped` : ''}`
  );
}

function figuresOfChaos([windowed, strict], size) {
  return (
    `in ${2 * size.chaos.seconds} s of chaos, with a reuse window ${windowed.row.lost} of ${windowed.row.connections} connections lost, ` +
    `on a strict server ${strict.row.lost} of ${strict.row.connections}, ${strict.unexplained} of them without an explanation`
  );
}

/** Renews a connection `renewals` times under concurrent calls: the API refuses its token, or the clock passes its expiry. */
async function renewAtOnce(name, { calls, renewals, processes }) {
  const { title, start, processes: most } = stores[name];
  const row = {
    store: title,
    processes: Math.min(most, processes),
    calls: 0,
    renewals,
    grants: 0,
    refused: 0,
    connections: 1,
    lost: 0,
  };
  const store = await start();
  if (store.missing) {
    const isRequired = process.env.SECRETKIT_CI === '1';
    return { row: { ...row, grants: store.missing }, missing: true, passed: !isRequired };
  }
  const server = await startOAuthServer();
  const { tokenEndpoint, api } = server;
  const settings = { store: name, settings: store.settings, tokenEndpoint, api };
  const workers = await Promise.all(Array.from({ length: row.processes }, () => startWorker(settings)));
  try {
    const account = 'acct_1';
    await workers[0].ask('connect', { account, response: await server.agree(account) });
    const problems = [];
    let clockMs = 0;
    for (let round = 1; round <= renewals; round += 1) {
      if (round % 2) server.refuseTokens();
      else clockMs += 25 * hourMs;
      const each = { account, calls: calls / workers.length, clockMs };
      const answers = await Promise.all(workers.map((worker) => worker.ask('calls', each)));
      for (const answer of answers) {
        for (const [status, count] of Object.entries(answer)) {
          row.calls += count;
          if (status !== '200') row.refused += count;
          if (status !== '200')
            problems.push(`${title}, renewal ${round}: ${count} calls ended with ${status}`);
        }
      }
      if (server.grants.count !== round)
        problems.push(`${title}, renewal ${round}: ${server.grants.count} grants`);
    }
    row.grants = server.grants.count;
    return {
      row,
      problems,
      passed: row.grants === renewals && row.refused === 0 && server.grants.refused === 0,
    };
  } finally {
    for (const worker of workers) await worker.end();
    await server.stop();
    await store.stop();
  }
}
