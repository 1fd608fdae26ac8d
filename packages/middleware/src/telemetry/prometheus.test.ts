import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { createSecrets } from '@secretkit/core';
import { SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { outcome } from '../../test/held-backend.js';
import { start } from '../../test/plain-cache.js';
import {
  findProgram,
  type PrometheusServer,
  promtool,
  startPrometheus,
} from '../../test/prometheus-server.js';
import { recommended } from '../recommended/index.js';
import { telemetry, traceRetry, traceRotation } from './index.js';

const folder = fileURLToPath(new URL('../../../../docs/observability/', import.meta.url));
const server = findProgram('prometheus');
const tool = findProgram('promtool');
const isMissing = !server || !tool;
const why = isMissing ? ' (skipped: there is no prometheus on the PATH)' : '';

interface Rule {
  readonly alert: string;
  readonly expr: string;
}
const alerts = (parse(readFileSync(`${folder}alerts.yml`, 'utf8')) as { groups: [{ rules: Rule[] }] })
  .groups[0].rules;

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
const { panels } = JSON.parse(readFileSync(`${folder}dashboard.json`, 'utf8')) as { panels: Panel[] };
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({
    title,
    expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$backend', '.*'), // as Grafana does
  })),
);

it('Prometheus is there in CI', () => {
  if (process.env['SECRETKIT_CI'] === '1') expect({ server, tool }).not.toContain(undefined);
});

it('each alert has a runbook', () => {
  const guide = readFileSync(fileURLToPath(new URL('../guides/operations.md', `file://${folder}`)), 'utf8');
  const anchors = [...guide.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  const runbooks = [...readFileSync(`${folder}alerts.yml`, 'utf8').matchAll(/runbook: \S+#(\S+)/g)];
  expect(runbooks).toHaveLength(alerts.length);
  for (const [, anchor] of runbooks) expect(anchors).toContain(anchor);
});

describe.skipIf(isMissing)(`real Prometheus${why}`, () => {
  let prometheus: PrometheusServer;
  let clock = start;
  let isDown = false;

  const backend: SecretProvider = {
    name: 'store',
    async get({ name }) {
      if (isDown) throw new SecretError('unavailable', 'as scripted.');
      if (name === 'denied') throw new SecretError('permission_denied', 'as scripted.');
      return seal('CANARY-value', name === 'rotating' ? { refreshAt: new Date(start + 600_000) } : {});
    },
  };
  const now = (): number => clock;
  const open = () =>
    createSecrets(
      recommended({
        now,
        telemetry: telemetry({ now }),
        cache: { maxEntries: 4, jitter: 0 },
        retry: { baseDelayMs: 1, maxDelayMs: 1, onRetry: traceRetry },
      })(backend),
    );
  let secrets: ReturnType<typeof open>;

  async function read(...names: readonly string[]): Promise<void> {
    for (const name of names) await outcome(secrets.get(name));
  }

  beforeAll(async () => {
    prometheus = await startPrometheus(server ?? '');
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [prometheus.exporter] }));
    secrets = open();
  });
  afterAll(async () => {
    metrics.disable();
    await secrets.close();
    await prometheus.stop();
  });

  it('fires no alert while the stack is healthy, fires each one in an incident, and fills each panel', async () => {
    await read('a', 'b', 'rotating', 'a');
    const scrapes = async () =>
      Number((await prometheus.query('count_over_time(secretkit_cache_entry_count[1m])'))[0]?.value[1] ?? 0);
    await expect.poll(scrapes, { interval: 200 }).toBeGreaterThan(1);
    const firing = async (): Promise<string[]> => {
      const results = await Promise.all(
        alerts.map(async ({ alert, expr }) => ((await prometheus.query(expr)).length > 0 ? [alert] : [])),
      );
      return results.flat();
    };
    expect(await firing()).toEqual([]);

    traceRotation({
      kind: 'kept-old',
      client: 'pg',
      generation: 1,
      version: 'CANARY-version',
      reason: 'refused',
    });
    await read('denied', 'c', 'd', 'rotating', 'e'); // evicts
    clock += 601_000;
    isDown = true;
    await read('rotating', 'e', 'x', 'y', 'z'); // the circuit opens
    clock += 2_300_000;
    await read('rotating', 'x', 'y');
    await expect.poll(firing, { interval: 200 }).toEqual(alerts.map(({ alert }) => alert));
    const empty = async (): Promise<unknown[]> => {
      const results = await Promise.all(
        queries.map(async ({ title, expr }) => {
          const samples = await prometheus.query(expr);
          return samples.some(({ value: [, value] }) => Number.isFinite(Number(value))) ? [] : [title, expr];
        }),
      );
      return results.flat();
    };
    await expect.poll(empty, { interval: 200 }).toEqual([]);
    expect(queries.length).toBeGreaterThan(15);
    expect(await prometheus.scrape()).not.toContain('CANARY');
  });

  it('has the time of each alert as its tests say', () => {
    const output = promtool(tool ?? '', 'test', 'rules', `${folder}alerts.test.yml`);
    expect(output).toContain('SUCCESS');
    expect(alerts).toHaveLength(6);
  });
});
