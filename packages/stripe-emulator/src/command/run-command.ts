import { readFile } from 'node:fs/promises';
import type { RequestLogEntry } from '../server/request-log.js';
import { type Emulator, startEmulator } from '../start-emulator.js';
import type { SecretToPut } from '../store/emulator-secrets.js';
import { type CommandArguments, helpText, readArguments } from './command-arguments.js';
import { readSeed } from './read-seed.js';

/** Where the command writes, and what tells it to stop. */
export interface CommandIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stop: AbortSignal;
}

/** Runs the command until `stop` fires and gives its exit code: 0, 1 if it cannot start, 2 for wrong arguments. */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  let chosen: CommandArguments;
  try {
    chosen = readArguments(args);
  } catch (error) {
    io.err(`secretkit-stripe-emulator: ${firstLine(error)} (--help lists the options)\n`);
    return 2;
  }
  if (chosen.help) {
    io.out(helpText);
    return 0;
  }
  let emulator: Emulator;
  try {
    emulator = await start(chosen, io);
  } catch (error) {
    io.err(`secretkit-stripe-emulator: ${firstLine(error)}\n`);
    return 1;
  }
  io.out(greeting(emulator));
  await stopped(io.stop);
  await emulator.close();
  return 0;
}

async function start(chosen: CommandArguments, io: CommandIo): Promise<Emulator> {
  const { seed, log, options } = chosen;
  const secrets = seed === undefined ? [] : await loadSeed(seed);
  const emulator = await startEmulator({
    ...options,
    onRequest: log ? (entry) => io.out(logLine(entry)) : undefined,
  });
  try {
    for (const [index, secret] of secrets.entries())
      plant(secret, `secrets[${index}] of the seed file ${seed}`);
  } catch (error) {
    await emulator.close();
    throw error;
  }
  return emulator;

  function plant(secret: SecretToPut, what: string): void {
    try {
      emulator.secrets.put(secret);
    } catch (error) {
      const problem = firstLine(error).replace(/^secrets\.put: /, '');
      throw new Error(`${what} does not fit: ${problem}`, { cause: error });
    }
  }
}

async function loadSeed(file: string): Promise<readonly SecretToPut[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new Error(`the seed file ${file} cannot be read (${code})`, { cause: error });
  });
  try {
    return readSeed(text);
  } catch (error) {
    throw new Error(`the seed file ${file} is wrong: ${firstLine(error)}`, { cause: error });
  }
}

function greeting({ url, host, port }: Emulator): string {
  return `Stripe Secret Store emulator at ${url}
Point an SDK at it: new Stripe('sk_test_emulator', { host: '${host}', port: ${port}, protocol: 'http' }),
or secretkit: createStripeClient({ apiKey: 'sk_test_emulator', baseUrl: '${url}' })
Secrets are kept in memory only. Stop with ctrl-C.
`;
}

function logLine({
  method,
  path,
  status,
  account,
  mode,
  requestId,
  durationMs,
  fault,
}: RequestLogEntry): string {
  const parts = [
    method,
    path,
    status ?? '-',
    account ?? '-',
    mode ?? '-',
    requestId,
    `${durationMs.toFixed(1)}ms`,
  ];
  return `${[...parts, ...(fault === null ? [] : [`fault=${fault}`])].join(' ')}\n`;
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : 'unknown failure').split('\n', 1)[0] ?? '';
}
