// The stores of the proof `oauth`. `start` runs in the proof, `open` in each of its processes.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSecrets } from '@secretkit/core';
import { createHttp } from '@secretkit/http';
import { memorySecrets } from '@secretkit/memory';
import { generateKey, sealedCodec, sealedSecrets } from '@secretkit/sealed';
import { postgresTable } from '@secretkit/sealed/postgres';
import { stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';
import { startEmulator } from '@secretkit/stripe-emulator';
import { vaultSecrets } from '@secretkit/vault';
import pg from 'pg';
import { tsImport } from 'tsx/esm/api';

/**
 * `processes` is how many may renew one connection. `start` returns what `open` takes, and `stop`; or `missing`, why it cannot run.
 * A store that `compares` needs an atomic compareAndSet; the others have one writer.
 */
export const stores = {
  'one process': {
    title: 'memory of one process',
    processes: 1,
    start: async () => ({ stop: async () => undefined }),
    open: () => memorySecrets(),
  },
  shared: {
    title: 'a server with compareAndSet',
    processes: 10,
    start: startSharedMemory,
    open: openSharedMemory,
  },
  sealed: {
    title: 'sealed records in PostgreSQL',
    processes: 10,
    start: startPostgres,
    open: openSealed,
  },
  vault: {
    title: 'OpenBao, KV version 2',
    processes: 10,
    start: startVault,
    open: ({ url, token }) =>
      vaultSecrets({
        address: url,
        token,
        mount: 'secret',
        kvVersion: 2,
        key: 'value',
        name: ({ name, scope }) => (scope ? `${scope.account}/${name}` : name),
      }),
  },
  stripe: {
    title: 'the Stripe emulator, one writer',
    processes: 1,
    async start() {
      const emulator = await startEmulator();
      return { settings: { url: emulator.url }, stop: () => emulator.close() };
    },
    open: ({ url }) =>
      stripeSecrets({ client: createStripeClient({ apiKey: 'sk_test_example', baseUrl: url }) }),
  },
};

/** Starts an HTTP server around a memory. `log` gets each write, and `fault` decides whether a request fails. */
export async function startSharedMemory({ log = () => undefined, fault = () => undefined } = {}) {
  const secrets = createSecrets(memorySecrets());
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', async () => {
      const failing = fault();
      if (failing === 'hang') return;
      if (failing) return response.writeHead(503).end();
      const { method, ref, value, expected } = JSON.parse(text);
      try {
        const answer = await run(method, ref, value, expected);
        if (method !== 'get') log({ at: Date.now(), pid: Number(request.headers['x-pid']), ref, value });
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      } catch (error) {
        response.writeHead(error.code === 'conflict' ? 409 : 500).end();
      }
    });
  });
  async function run(method, ref, value, expected) {
    if (method === 'get') {
      const secret = await secrets.get(ref);
      return secret ? { value: secret.reveal(), version: secret.version } : {};
    }
    if (method === 'compareAndSet') return secrets.compareAndSet(ref, value, expected);
    if (method === 'set') return secrets.set(ref, value);
    return (await secrets.delete(ref)) ?? {};
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));
  return {
    settings: { url: `http://127.0.0.1:${server.address().port}` },
    secrets,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Returns a provider for that server. */
export function openSharedMemory({ url }, { seal }) {
  const http = createHttp({ baseUrl: url, headers: { 'x-pid': String(process.pid) } });
  const call = async (method, ref, { signal }, more) =>
    (await http.request({ method: 'POST', path: [], body: { method, ref, ...more }, signal })).body;
  return {
    name: 'shared',
    async get(ref, ctx) {
      const { value, version } = await call('get', ref, ctx);
      return value === undefined ? undefined : seal(value, { version });
    },
    set: (ref, secret, ctx) => call('set', ref, ctx, { value: secret.reveal() }),
    compareAndSet: (ref, secret, expected, ctx) =>
      call('compareAndSet', ref, ctx, { value: secret.reveal(), expected }),
    delete: async (ref, ctx) => void (await call('delete', ref, ctx)),
  };
}

/** Starts a PostgreSQL with the table of sealed records, and makes their key. */
async function startPostgres() {
  const load = (file) => tsImport(`../../../packages/rotation/test/${file}.ts`, import.meta.url);
  const { isTested } = await load('server-process');
  if (!isTested('initdb', 'postgres')) return { missing: 'PostgreSQL is not installed.' };
  const server = await (await load('postgres-server')).startPostgres();
  const migration = new URL('../../../packages/sealed/migrations/postgres.sql', import.meta.url);
  for (const statement of readFileSync(migration, 'utf8').split(/;\s*\n/)) {
    if (statement.trim() !== '') await server.sql(statement);
  }
  const { host, port, database } = server;
  const key = generateKey().reveal();
  return { settings: { host, port, database, key }, stop: () => server.stop() };
}

function openSealed({ key, ...address }) {
  const pool = new pg.Pool({ ...address, user: 'operator', password: 'operator', max: 8 });
  pool.on('error', () => undefined); // the server ends before the process
  const codec = sealedCodec({ keys: [{ id: 'proof', key: Buffer.from(key, 'base64') }], namespace: 'proof' });
  return sealedSecrets({ table: postgresTable(pool), codec });
}

/** Starts an OpenBao with a KV engine of version 2. */
async function startVault() {
  const { hasOpenBao, startOpenBao } = await tsImport(
    '../../../packages/vault/test/openbao.ts',
    import.meta.url,
  );
  if (!hasOpenBao) return { missing: 'OpenBao is not installed.' };
  const server = await startOpenBao();
  await server.ask({
    method: 'POST',
    path: 'sys/mounts/secret',
    body: { type: 'kv', options: { version: '2' } },
  });
  return { settings: { url: server.url, token: server.rootToken }, stop: () => server.close() };
}
