// Ends and stops processes, and fails servers and the store, while connections renew; then explains each connection that was lost.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorker } from './oauth.process.mjs';
import { nameOf, startOAuthServer } from './oauth.server.mjs';
import { startSharedMemory } from './oauth.stores.mjs';

const accessTokenSeconds = 6;
const options = { renewAheadMs: 2_000, timeoutMs: 2_000, leaseMs: 6_000, persistMs: 2_000 };

/** The chance of each kind of trouble. `Math.random` is not seeded: the moment of a signal cannot be repeated anyway. */
const kinds = ['kill', 'kill', 'stop', 'stop', 'server', 'server', 'server', 'store'];

export async function runChaos({ seconds, processes, connections, reuseWindowMs }) {
  const log = { grants: [], writes: [], troubles: [], events: [], answers: 0, served: 0 };
  const stalls = monitorEventLoopDelay({ resolution: 50 });
  stalls.enable();
  const faults = [];
  const outage = { how: undefined };
  const server = await startOAuthServer({
    accessTokenSeconds,
    reuseWindowMs,
    log: (entry) => entry.presented && log.grants.push(entry),
    fault: () => faults.shift(),
  });
  const store = await startSharedMemory({ log: (entry) => log.writes.push(entry), fault: () => outage.how });
  const settings = {
    store: 'shared',
    settings: store.settings,
    tokenEndpoint: server.tokenEndpoint,
    api: server.api,
    cacheMs: 2_000,
    storeMs: 1_500,
    options: { ...options, reuseWindowMs },
  };
  const lost = new Map(); // the moment of the first report, by account
  const open = new Set();
  let made = 0;

  const listen = ({ event, answer }) => {
    if (answer) {
      log.answers += 1;
      if (answer.answer === 200) log.served += 1;
    }
    if (!event) return;
    log.events.push({ ...event, at: Date.now() });
    if (event.kind !== 'ended') return;
    if (!lost.has(event.account)) lost.set(event.account, Date.now());
  };
  const begin = () => startWorker(settings, listen);
  await store.secrets.set('client-secret', 'example');
  const workers = await Promise.all(Array.from({ length: processes }, begin));
  const share = () => Promise.all(workers.map((worker) => worker.ask('accounts', { accounts: [...open] })));

  async function connect() {
    made += 1;
    const account = `acct_${made}`;
    const response = await server.agree(account);
    const issuedAt = new Date();
    const expiresAt = new Date(issuedAt.getTime() + accessTokenSeconds * 1_000);
    const { access_token, refresh_token } = response;
    const record = { id: account, access_token, refresh_token, issued_at: issuedAt, expires_at: expiresAt };
    await store.secrets.set({ name: 'oauth', scope: { account } }, JSON.stringify(record)); // also during an outage
    open.add(account);
  }

  const trouble = {
    async kill(at) {
      const worker = workers[at];
      log.troubles.push({ kind: 'kill', pid: worker.pid, from: Date.now(), to: Infinity });
      await worker.end();
      workers[at] = await begin();
      void workers[at].ask('accounts', { accounts: [...open] });
    },
    async stop(at) {
      const { pid, signal } = workers[at];
      const entry = { kind: 'stop', pid, from: Date.now(), to: Infinity };
      log.troubles.push(entry);
      signal('SIGSTOP');
      await sleep(200 + Math.random() * 1.5 * options.leaseMs);
      signal('SIGCONT');
      entry.to = Date.now();
    },
    async server() {
      // One at a time: most requests must reach the server, or every answer is lost for longer than the window.
      if (faults.length === 0)
        faults.push({ how: pick(['error', 'hang', 'cut']), when: pick(['before', 'after']) });
      await sleep(200);
    },
    async store() {
      const entry = { kind: 'store', from: Date.now(), to: Infinity };
      log.troubles.push(entry);
      outage.how = pick(['error', 'hang']);
      await sleep(200 + Math.random() * 1_500);
      outage.how = undefined;
      entry.to = Date.now();
    },
  };

  try {
    for (let count = 0; count < connections; count += 1) await connect();
    await share();
    const endsAt = Date.now() + seconds * 1_000;
    let next = 0;
    const busy = new Set();
    while (Date.now() < endsAt) {
      await sleep(300 + Math.random() * 700);
      const kind = kinds[next % kinds.length];
      next += 1;
      const at = next % processes;
      if (!busy.has(at)) {
        busy.add(at);
        void trouble[kind](at).finally(() => busy.delete(at));
      }
      const removable = [...open].filter(
        (account) => lost.has(account) && Date.now() - lost.get(account) > 5_000,
      );
      for (const account of removable) open.delete(account);
      for (const _ of removable) await connect();
      if (removable.length > 0) void share();
    }
    faults.length = 0;
    while (busy.size > 0) await sleep(100);
    await sleep(options.leaseMs + 2_000); // leases and backoffs end, and each process looks at what was lost
    const survivors = [...open].filter((account) => !lost.has(account));
    const last = await begin();
    workers.push(last);
    const problems = [];
    const ask = async (worker, account) =>
      Object.keys((await worker.ask('calls', { account, calls: 1, clockMs: 0 })) ?? {})[0];
    /** Asks until there is an answer that is final: leases and backoffs of before may still last. */
    const settled = async (account, worker, isFinal) => {
      let answer = await ask(worker, account);
      for (let more = 0; more < 5 && !isFinal(answer); more += 1) {
        await sleep(2_000);
        answer = await ask(worker, account);
      }
      return answer ?? 'nothing';
    };
    const lives = async (account) => {
      const answer = await settled(account, last, (each) => each === '200' || lost.has(account));
      if (answer === '200' || lost.has(account)) return;
      problems.push(`${account}: it was not lost, and ends with ${answer}`);
    };
    const isReported = async (account, worker) => {
      const answer = await settled(account, worker, (each) => each === 'unauthenticated');
      if (answer !== 'unauthenticated') problems.push(`${account}: it was lost, and ends with ${answer}`);
    };
    await Promise.all(survivors.map(lives));
    await Promise.all(
      [...lost.keys()].flatMap((account) => workers.map((each) => isReported(account, each))),
    );
    stalls.disable();
    const stalledMs = Math.round(stalls.max / 1e6);
    return resultOf({ log, lost, made, problems, processes, reuseWindowMs, stalledMs, troubles: next });
  } finally {
    for (const worker of workers) {
      worker.signal('SIGCONT');
      await worker.end();
    }
    await server.stop();
    await store.stop();
  }
}

function resultOf({ log, lost, made, problems, processes, reuseWindowMs, stalledMs, troubles }) {
  const causes = {};
  let unexplained = 0;
  for (const account of lost.keys()) {
    const cause = causeOf(account, log);
    causes[cause ?? 'unexplained'] = (causes[cause ?? 'unexplained'] ?? 0) + 1;
    if (!cause) {
      unexplained += 1;
      problems.push(`${account}: lost without an explanation`);
    }
    problems.push(...repeatedReports(account, log));
  }
  const counts = Object.entries(causes).map(([cause, count]) => `${count} ${cause}`);
  const isStrict = reuseWindowMs === 0;
  const server = isStrict ? 'strict server' : 'server with a reuse window';
  const granted = log.grants.filter(({ issued }) => issued).length;
  const row = {
    store: `chaos, ${server}: ${troubles} troubles${counts.length > 0 ? `; lost: ${counts.join(', ')}` : ''}`,
    processes,
    calls: log.answers,
    renewals: log.events.filter(({ kind }) => kind === 'renewed').length,
    grants: granted,
    refused: log.answers - log.served,
    connections: made,
    lost: lost.size,
  };
  const passed = problems.length === 0 && (isStrict || lost.size === 0);
  if (!passed && stalledMs > options.timeoutMs / 2)
    problems.push(`void: the servers stalled for ${stalledMs} ms, so answers were lost for no other reason`);
  return { row, problems, passed, unexplained };
}

/** Returns why a connection was lost, from the log of the server and that of the store. */
function causeOf(account, { grants, writes, troubles, events }) {
  const written = writes
    .filter(({ ref }) => ref.scope?.account === account && ref.name === 'oauth')
    .map(readWrite);
  const tokens = new Set(written.map(({ token }) => token));
  const ofIt = grants.filter(({ presented, issued }) => tokens.has(presented) || tokens.has(issued));
  const refusal = ofIt.find(({ error }) => error === 'invalid_grant');
  const rotation = refusal && ofIt.find(({ presented, issued }) => issued && presented === refusal.presented);
  if (!rotation) return undefined;
  const stored = written.find(({ token }) => token === rotation.issued);
  const during = (kind, from, to, pid) =>
    troubles.some(
      (each) =>
        each.kind === kind && each.from <= to && each.to >= from && (pid === undefined || each.pid === pid),
    );
  if (!stored || stored.at > refusal.at) {
    const isMissed = events.some(
      ({ pid, at, account: of, kind }) =>
        of === account &&
        kind === 'failed' &&
        pid === rotation.pid &&
        at >= rotation.at &&
        at <= refusal.at + options.timeoutMs,
    );
    if (!rotation.delivered || isMissed) return 'answer lost';
    const isEnded = during('kill', rotation.at - 1_000, refusal.at, rotation.pid);
    const isStopped = during('stop', rotation.at - 1_000, refusal.at, rotation.pid);
    const isDown = during('store', rotation.at - 1_000, refusal.at);
    if (isEnded || isDown) return 'write lost';
    if (isStopped) return 'lease overrun';
  }
  const leaseOf = (pid, before) =>
    written.findLast(({ at, lease, ...write }) => write.pid === pid && lease && at <= before);
  const isOverrun = [rotation, refusal].some(
    ({ pid, at }) => at - (leaseOf(pid, at)?.at ?? at) > options.leaseMs,
  );
  return isOverrun ? 'lease overrun' : undefined;
}

function readWrite({ at, pid, value }) {
  const { refresh_token, lease } = JSON.parse(value);
  return { at, pid, token: nameOf(refresh_token), lease };
}

/** A process reports a connection once for each set of tokens that the store had. */
function repeatedReports(account, { events, writes }) {
  const sets = new Set(
    writes.filter(({ ref }) => ref.scope?.account === account).map(({ value }) => JSON.parse(value).id),
  );
  const byPid = new Map();
  for (const { pid } of events.filter((event) => event.account === account && event.kind === 'ended'))
    byPid.set(pid, (byPid.get(pid) ?? 0) + 1);
  return [...byPid]
    .filter(([, count]) => count > Math.min(2, sets.size))
    .map(([pid, count]) => `${account}: process ${pid} reported its end ${count} times`);
}

function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}
