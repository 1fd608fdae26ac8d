// Proves that each request is answered on Cloudflare Workers, where a request that waits for the work of another one
// fails or hangs.
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleWorker } from './bundle-worker.mjs';
import { install } from './install.mjs';

const requests = 6;
const leavesAfterMs = 80; // the backend takes 200 ms
const unansweredAfterMs = 3_000;

/** Each has an isolate of its own. `leaver` is the index of the request whose client goes away. */
const cases = [
  { name: 'read one secret', run: (url) => atOnce(url, 'read') },
  { name: 'read one secret, the first leaves', run: (url) => atOnce(url, 'read', 0) },
  { name: 'read a cached secret', run: readCached },
  { name: 'use a rotated secret', run: (url) => usedAtOnce(url) },
  { name: 'use a rotated secret, the first leaves', run: (url) => usedAtOnce(url, 0) },
  { name: 'wait for a rate limit', run: (url) => atOnce(url, 'limited') },
  // The first request does not wait.
  { name: 'wait for a rate limit, the second leaves', run: (url) => atOnce(url, 'limited', 1) },
  { name: 'read a stale secret, then the refreshed one', run: readStale },
];

/** Returns a row for each case and the result, or the reason why it cannot run. */
export async function prove() {
  const { path, missing } = install('miniflare');
  if (missing) return { missing };
  const { Miniflare } = await import(pathToFileURL(path).href);
  const contents = await bundleWorker(fileURLToPath(new URL('workers.worker.mjs', import.meta.url)));
  const rows = [];
  for (const { name, run } of cases) {
    const miniflare = new Miniflare({
      modules: [{ type: 'ESModule', path: 'worker.mjs', contents }],
      compatibilityDate: '2026-04-01',
      handleRuntimeStdio() {}, // its warnings about requests that hang, which the table shows
    });
    try {
      rows.push(rowOf(name, await run(await miniflare.ready)));
    } finally {
      await miniflare.dispose();
    }
  }
  const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
  const figures = `${sum('answered')} of ${sum('requests')} requests answered, ${sum('failed')} failed, ${sum('unanswered')} unanswered`;
  return { rows, passed: sum('answered') === sum('requests'), figures };
}

/** Sends the requests in turn, before the first is answered. Returns the outcomes of all but the leaver. */
async function atOnce(url, path, leaver) {
  const outcomes = [];
  for (let at = 0; at < requests; at += 1) {
    if (at === leaver) leave(new URL(path, url));
    else outcomes.push(outcome(new URL(path, url)));
    await sleep(5); // workerd gets them in this order
  }
  return Promise.all(outcomes);
}

/** Sends a request whose client resets its connection. The runtime cancels it, with its timers and calls. */
function leave(url) {
  const leaving = request(url, { agent: false });
  leaving.on('error', () => {}); // the reset
  leaving.end();
  setTimeout(() => leaving.socket.resetAndDestroy(), leavesAfterMs);
}

async function usedAtOnce(url, leaver) {
  const cached = await outcome(new URL('read', url)); // the value that the partner refuses
  return [cached, ...(await atOnce(url, 'use', leaver))];
}

/** Values may be shared: the second request must make no call. */
async function readCached(url) {
  const [first, second] = [await outcome(new URL('read', url)), await outcome(new URL('read', url))];
  return [first, second.value === first.value ? second : { result: 'failed', reason: 'not cached' }];
}

/** The second request gets the stale value and starts the refresh. It has been answered before the refresh ends. */
async function readStale(url) {
  const path = new URL('stale', url);
  const first = await outcome(path);
  await sleep(150);
  const second = await outcome(path);
  await sleep(500);
  const third = await outcome(path);
  const isRefreshed = third.result !== 'answered' || third.value !== first.value;
  return [first, second, isRefreshed ? third : { result: 'failed', reason: 'the old value' }];
}

async function outcome(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(unansweredAfterMs) });
    const text = await response.text();
    if (!response.ok) return { result: 'failed', reason: text.split('\n')[0].slice(0, 120) };
    return { result: 'answered', value: text };
  } catch (error) {
    return error.name === 'TimeoutError'
      ? { result: 'unanswered', reason: `no response in ${unansweredAfterMs} ms` }
      : { result: 'failed', reason: error.message };
  }
}

function rowOf(name, outcomes) {
  const count = (result) => outcomes.filter((each) => each.result === result).length;
  const reasons = new Set(outcomes.flatMap(({ reason }) => reason ?? []));
  return {
    case: name,
    requests: outcomes.length,
    answered: count('answered'),
    failed: count('failed'),
    unanswered: count('unanswered'),
    reasons: [...reasons].join('; '),
  };
}
