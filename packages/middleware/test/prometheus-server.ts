import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';

/** One series of the result of a query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** A real Prometheus server, which scrapes an exporter of this process each second. */
export interface PrometheusServer {
  readonly exporter: PrometheusExporter;
  /** Returns the metrics as a scrape gets them. */
  scrape(): Promise<string>;
  /** @throws when Prometheus refuses the query. */
  query(expr: string): Promise<readonly Sample[]>;
  stop(): Promise<void>;
}

/** Returns the path of a program, or `undefined` if it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Runs promtool, which comes with Prometheus. Returns its output. @throws when it fails. */
export function promtool(path: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`promtool failed:\n${stdout}${stderr}`);
  return stdout;
}

export async function startPrometheus(path: string): Promise<PrometheusServer> {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const target = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
  const targetPort = await listen(target);
  const folder = mkdtempSync(join(tmpdir(), 'secretkit-prometheus-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s }
scrape_configs:
  - { job_name: secretkit, static_configs: [{ targets: ['127.0.0.1:${targetPort}'] }] }
`,
  );
  const child = spawn(
    path,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let errors = '';
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
  });

  async function stop(): Promise<void> {
    child.kill();
    await ended;
    target.closeAllConnections();
    target.close();
    rmSync(folder, { recursive: true, force: true });
  }

  while (!(await isReady(url))) {
    if (child.exitCode === null) continue;
    await stop();
    throw new Error(`Prometheus ended:\n${errors}`);
  }

  return {
    exporter,
    stop,
    scrape: async () => (await fetch(`http://127.0.0.1:${targetPort}/metrics`)).text(),
    async query(expr) {
      const body = new URLSearchParams({ query: expr });
      const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
      const { status, error, data } = (await response.json()) as {
        readonly status: string;
        readonly error?: string;
        readonly data?: { readonly result: readonly Sample[] };
      }; // the format of its HTTP API
      if (status !== 'success' || !data) throw new Error(`Prometheus refused ${expr}: ${error}`);
      return data.result;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 100)); // a server of another process starts
  const response = await fetch(`${url}/-/ready`).catch(() => undefined);
  return response?.ok ?? false;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port; // it listens on a port, not on a pipe
}
