import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { hasMoto, startMoto } from '../../../packages/aws/test/moto.js';
import { type PostgresServer, startPostgres } from '../../../packages/rotation/test/postgres-server.js';
import { startRedis } from '../../../packages/rotation/test/redis-server.js';
import { isTested } from '../../../packages/rotation/test/server-process.js';
import { hasOpenBao, startOpenBao } from '../../../packages/vault/test/openbao.js';
import { blocksOf } from '../../../scripts/docs/recipe.mjs';
import { composeCommands, composeProblems } from './compose-services.js';
import { runRecipe } from './run-recipe.js';

vi.setConfig({ testTimeout: 300_000 }); // several programs start in each

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number };
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly [
          {
            readonly livenessProbe: Probe;
            readonly readinessProbe: Probe;
            readonly volumeMounts: readonly [{ readonly name: string; readonly mountPath: string }];
          },
        ];
        readonly volumes: readonly [{ readonly name: string }];
      };
    };
  };
}

function fileOf(recipe: string, name: string): string {
  const file = blocksOf(recipe).find((block) => block.kind === 'file' && block.name === name);
  if (!file) throw new Error(`${recipe} must have the file ${name}.`);
  return file.text;
}

const alone = ['fastify', 'hono', 'nest', 'nextjs', 'oauth', 'webhooks', 'kubernetes', 'jest-and-vitest'];
const migrations = ['from-dotenv', 'from-a-hand-written-cache'];

describe.skipIf(!isTested('bash', 'curl', 'openssl'))('without a server', () => {
  it.each([...alone, ...migrations])('%s', async (name) => {
    expect(await runRecipe(name)).toBeUndefined();
  });
});

describe.skipIf(!isTested('bash', 'curl', 'promtool'))('with promtool', () => {
  it('probes-and-alerts', async () => {
    expect(await runRecipe('probes-and-alerts')).toBeUndefined();
  });
});

describe.skipIf(!isTested('bash', 'curl'))('without containers', () => {
  const compose = fileOf('docker-compose', 'compose.yaml');

  it('docker-compose', async () => {
    const replace = (command: string) => (command === 'docker compose up\n' ? composeCommands(compose) : []);
    expect(await runRecipe('docker-compose', { replace })).toBeUndefined();
  });

  it('the compose file is valid by the schema of the Compose Specification', () => {
    expect(composeProblems(compose)).toEqual([]);
    expect(composeProblems(compose.replace('ports:', 'port:'))).not.toEqual([]);
  });
});

it('the manifest for Kubernetes mounts the folder and asks the probes of the application', () => {
  const app = fileOf('kubernetes', 'app.mts');
  const { spec } = (parse(fileOf('kubernetes', 'deployment.yaml')) as Deployment).spec.template;
  const [container] = spec.containers;
  expect(app).toContain(`?? '${container.volumeMounts[0].mountPath}'`);
  expect(container.volumeMounts[0].name).toBe(spec.volumes[0].name);
  expect(app).toContain(`=== '${container.livenessProbe.httpGet.path}'`);
  expect(app).toContain(`?? ${container.readinessProbe.httpGet.port})`);
});

describe.skipIf(!isTested('postgres', 'psql', 'curl'))('on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it.each(['pg-pool', 'tenant-tokens'])('%s', async (name) => {
    const { host, port, database } = server;
    const operator = { PGUSER: 'operator', PGPASSWORD: 'operator' };
    const env = { PGHOST: host, PGPORT: String(port), PGDATABASE: database, ...operator };
    expect(await runRecipe(name, { env })).toBeUndefined();
  });
});

describe.skipIf(!isTested('redis-server', 'redis-cli', 'curl'))('on Redis', () => {
  it('redis', async () => {
    const server = await startRedis();
    const env = { REDIS_URL: `redis://${server.host}:${server.port}` };
    expect(await runRecipe('redis', { env }).finally(() => server.stop())).toBeUndefined();
  });
});

describe.skipIf(!hasMoto)('on moto', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  beforeAll(async () => {
    moto = await startMoto();
    await moto.answer('secretsmanager.ListSecrets', {}); // the first request of a service takes seconds
    await moto.answer('AmazonSSM.DescribeParameters', {});
  });
  afterAll(() => moto.close());

  it.each(['aws-lambda', 'from-powertools'])('%s', async (name) => {
    const credentials = { AWS_ACCESS_KEY_ID: 'example', AWS_SECRET_ACCESS_KEY: 'example' };
    const env = { AWS_ENDPOINT_URL: moto.url, AWS_REGION: 'eu-central-1', ...credentials };
    expect(await runRecipe(name, { env })).toBeUndefined();
  });
});

describe.skipIf(!hasOpenBao)('on OpenBao', () => {
  it('from-node-vault', async () => {
    const server = await startOpenBao();
    const engine = { type: 'kv', options: { version: '2' } };
    await server.ask({ method: 'POST', path: 'sys/mounts/secret', body: engine });
    const env = { VAULT_ADDR: server.url, VAULT_TOKEN: server.rootToken };
    expect(await runRecipe('from-node-vault', { env }).finally(() => server.close())).toBeUndefined();
  });
});
