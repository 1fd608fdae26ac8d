import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Fault } from './faults/fault.js';
import { type Emulator, startEmulator } from './start-emulator.js';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void; // the type of gc after --expose_gc

const isSoak = Number(process.env['SECRETKIT_SOAK'] ?? 1) > 1;
const total = isSoak ? 100_000 : 5_000;
// By then the log and the saved responses are full: memory must not grow any more.
const warmUp = isSoak ? 40_000 : 500;

/** Returns a seeded random number generator: mulberry32. */
function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const faults: readonly Fault[] = [
  { kind: 'reset' },
  { kind: 'close', executed: true },
  { kind: 'cutBody' },
  { kind: 'drip', intervalMs: 0, bytesPerChunk: 50 },
  { kind: 'serverError', saved: true },
  { kind: 'malformedJson' },
  { kind: 'hang' },
  { kind: 'hangBody' },
  { kind: 'delay', delayMs: 5 },
];

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly disconnects: boolean;
}

/** Returns request number n, and its fault if it has one. */
function mixed(n: number, pick: (below: number) => number): Sent & { readonly fault?: Fault } {
  const isHit = pick(20) === 0;
  const fault = isHit ? faults[pick(faults.length)] : undefined;
  const name = fault ? `hit-${n}` : `name-${pick(12)}`;
  const user = pick(10) === 0 ? `usr_once_${n}` : `usr_${pick(5)}`;
  const scope = pick(2) === 0 ? 'scope[type]=account' : `scope[type]=user&scope[user]=${user}`;
  const headers = {
    authorization: pick(50) === 0 ? 'Bearer nonsense' : 'Bearer sk_test_1',
    'stripe-account': `acct_${pick(5)}`,
  };
  const operation = fault ? 'find' : (['create', 'find', 'list', 'delete', 'wrong'] as const)[pick(5)];
  const disconnects = fault?.kind === 'hang' || fault?.kind === 'hangBody';
  const get = { method: 'GET', body: '', headers, disconnects } as const;
  if (operation === 'find')
    return { ...get, path: `/find?name=${name}&${scope}`, ...(fault && { fault: { ...fault, name } }) };
  if (operation === 'list') return { ...get, path: `?${scope}&limit=3&expand[]=data.payload` };
  return {
    method: 'POST',
    path: operation === 'delete' ? '/delete' : '',
    body: `name=${name}&${scope}${operation === 'create' ? `&payload=${'p'.repeat(pick(400) + 1)}` : ''}`,
    headers: {
      ...headers,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': `key-${pick(10) === 0 ? pick(100) : n}`,
    },
    disconnects,
  };
}

/** Sends a request, and resolves when its connection closes. */
function send({ host, port }: Emulator, agent: Agent, sent: Sent): Promise<void> {
  return new Promise((resolve) => {
    const { method, headers, path, body, disconnects } = sent;
    const outgoing = request({ host, port, method, headers, agent, path: `/v1/apps/secrets${path}` });
    outgoing.on('response', (response) => response.on('error', () => undefined).resume());
    outgoing.on('error', () => undefined); // `close` follows
    outgoing.on('close', resolve);
    outgoing.end(body);
    if (disconnects) setTimeout(() => outgoing.destroy(), 5);
  });
}

test('many requests leak neither memory nor sockets', async () => {
  const emulator = await startEmulator();
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const pick = seededRandom(4);
  let sent = 0;
  async function sendUpTo(count: number): Promise<number> {
    const worker = async (): Promise<void> => {
      while (sent < count) {
        sent += 1;
        const { fault, ...next } = mixed(sent, pick);
        if (fault) emulator.faults.add(fault);
        await send(emulator, agent, next);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    emulator.faults.clear(); // of requests with an invalid key
    collect();
    return process.memoryUsage().heapUsed;
  }

  const before = await sendUpTo(warmUp);
  const after = await sendUpTo(total);
  expect((after - before) / 2 ** 20).toBeLessThan(8);
  await expect.poll(() => emulator.requests.inFlight).toBe(0);
  const statuses = new Set(emulator.requests.list().map(({ status }) => status));
  expect([...statuses].sort()).toEqual([200, 400, 401, 404, 500, null]);
  agent.destroy();
  await emulator.close();
});
