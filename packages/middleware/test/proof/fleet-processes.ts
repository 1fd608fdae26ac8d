import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type RedisServer, startRedis } from '../servers.js';
import type { ProcessConfig, ProcessReport } from './fleet-protocol.js';

export interface ProcessesResult extends Readonly<Record<keyof ProcessReport, number>> {
  readonly processes: number;
  readonly killed: number;
  readonly storeCalls: number;
  readonly faults: number;
  readonly dumps: number;
  /** Canaries that a dump showed. */
  readonly shown: number;
  /** Whether the search finds a canary that is there. */
  readonly canFind: boolean;
}

const names = ['db/password', 'stripe+key', 'token~1', 'signing', 'webhook'];
const canary = 'CANARY-7e2b~/not+a secret';

/** Runs real processes on a real Redis, with faults, and returns the sums of their reports. */
export async function runProcesses(count: number, pauseMs: number): Promise<ProcessesResult> {
  const server = await startRedis();
  const key = Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(32))).toString('base64');
  let storeCalls = 0;
  const store = createServer((request, response) => {
    storeCalls += 1;
    setTimeout(() => response.end(`${canary}${decodeURIComponent(request.url ?? '')}@${Date.now()}`), 20);
  });
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  const { port: storePort } = store.address() as AddressInfo;
  const rights = ['~secretkit:shared:*', '&secretkit:shared:*', '+@all', '-@admin', '-@dangerous'];
  await server.command('ACL', 'SETUSER', 'app', 'on', '>app', ...rights);
  const children: ChildProcess[] = [];
  const sum = { processes: 0, killed: 0, faults: 0, dumps: 0, shown: 0 };

  async function start(): Promise<void> {
    const child = fork(fileURLToPath(new URL('fleet-process.ts', import.meta.url)), [], {
      execArgv: [
        '--import',
        'tsx',
        '--conditions=@secretkit/source',
        '--disable-warning=SECRETKIT_SHARED_CACHE_DOWN',
      ].concat('--disable-warning=SECRETKIT_SHARED_CACHE_WRITES_REFUSED'),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.push(child);
    sum.processes += 1;
    const config: ProcessConfig = {
      port: server.port,
      storePort,
      names: names.map(encodeURIComponent),
      key,
      client: sum.processes % 2 ? 'node-redis' : 'ioredis',
    };
    child.send(config);
    await once(child, 'message'); // it is ready
  }

  async function dump(): Promise<void> {
    sum.dumps += 1;
    sum.shown += (await shownIn(server)) ? 1 : 0;
  }

  async function fault(start: () => Promise<unknown>, end: () => Promise<unknown> = async () => undefined) {
    sum.faults += 1;
    await start();
    await pause(pauseMs);
    await end();
    await dump();
    await pause(pauseMs);
  }

  try {
    for (let at = 0; at < count; at += 6) {
      await Promise.all(Array.from({ length: Math.min(6, count - at) }, start));
    }
    await fault(() => server.command('CLIENT', 'PAUSE', String(pauseMs), 'ALL'));
    await fault(() => server.command('FLUSHALL'));
    await fault(
      () => server.command('CONFIG', 'SET', 'maxmemory', '1'),
      () => server.command('CONFIG', 'SET', 'maxmemory', '0'),
    );
    await fault(
      () => server.command('ACL', 'SETUSER', 'app', '-eval'),
      () => server.command('ACL', 'SETUSER', 'app', '+eval'),
    );
    await fault(
      () => server.command('ACL', 'SETUSER', 'app', '-get'),
      () => server.command('ACL', 'SETUSER', 'app', '+get'),
    );
    await fault(async () => children.forEach((child) => child.connected && child.send('stall')));
    await fault(async () => {
      for (const child of children.splice(0, Math.ceil(count / 5))) {
        sum.killed += 1;
        child.kill('SIGKILL');
        await start();
      }
    });
    await fault(() => server.restart());
    await fault(() => server.kill('app'));
    await server.command('SET', 'plain', canary);
    const canFind = await shownIn(server);
    const reports = await Promise.all(children.map(stop));
    const of = (field: keyof ProcessReport): number =>
      reports.reduce((total, each) => total + each[field], 0);
    return {
      ...sum,
      storeCalls,
      canFind,
      reads: of('reads'),
      failed: of('failed'),
      tooOld: of('tooOld'),
      unhandled: of('unhandled'),
      outstanding: of('outstanding'),
      hits: of('hits'),
      outages: of('outages'),
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    store.closeAllConnections();
    store.close();
    await server.stop();
  }
}

async function stop(child: ChildProcess): Promise<ProcessReport> {
  const answered = once(child, 'message');
  child.send('stop');
  const [report] = (await answered) as [ProcessReport];
  return report;
}

/** Whether everything in a Redis has the middle of a canary, in any of these encodings. */
async function shownIn(server: RedisServer): Promise<boolean> {
  const keys = (await server.command('KEYS', '*')) as readonly string[];
  const texts = await Promise.all(keys.map((key) => server.command('GET', key)));
  const all = [...keys, ...texts].join('\n');
  return [canary, ...names].some((secret) =>
    formsOf(secret).some((form) => form.length > 5 && all.includes(form)),
  );
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, -4),
  );
  const hex = bytes.toString('hex');
  const forms = [secret, encodeURIComponent(secret), hex, hex.toUpperCase(), ...base64];
  return [...forms, ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
