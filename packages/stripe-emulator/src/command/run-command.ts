import type { RequestLogEntry } from '../server/request-log.js';
import { type Emulator, startEmulator } from '../start-emulator.js';
import type { SecretToPut } from '../store/emulator-secrets.js';
import { type CommandArguments, helpText, readArguments } from './command-arguments.js';
import { readSeed } from './read-seed.js';
import { readTextFile } from './read-text-file.js';

/** Output of the command, and the signal that stops it. */
export interface CommandIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stop: AbortSignal;
}

const commandName = 'secretkit-stripe-emulator';

/** Runs the command until `stop` aborts. Returns the exit code: 0, 1 if it cannot start, 2 for wrong arguments. */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  let parsed: CommandArguments;
  try {
    parsed = readArguments(args);
  } catch (error) {
    io.err(`${commandName}: ${firstLine(error)} Run it with --help to list the options.\n`);
    return 2;
  }
  if (parsed.help) {
    io.out(helpText);
    return 0;
  }
  let emulator: Emulator;
  try {
    emulator = await start(parsed, io);
  } catch (error) {
    if (io.stop.aborted) return 0;
    io.err(`${commandName}: ${firstLine(error)}\n`);
    return 1;
  }
  io.out(startMessage(emulator));
  await untilAborted(io.stop);
  await emulator.close();
  return 0;
}

async function start(parsed: CommandArguments, io: CommandIo): Promise<Emulator> {
  const { seed, log, options } = parsed;
  const secrets = seed === undefined ? [] : await loadSeed(seed, io.stop);
  const emulator = await startEmulator({
    ...options,
    onRequest: log ? (entry) => io.out(logLine(entry)) : undefined,
  });
  try {
    for (const [index, secret] of secrets.entries()) store(secret, `seed file ${seed}: secrets[${index}]`);
  } catch (error) {
    await emulator.close();
    throw error;
  }
  return emulator;

  function store(secret: SecretToPut, owner: string): void {
    try {
      emulator.secrets.put(secret);
    } catch (error) {
      throw new Error(`${owner}: ${firstLine(error)}`, { cause: error });
    }
  }
}

async function loadSeed(file: string, stop: AbortSignal): Promise<readonly SecretToPut[]> {
  const text = await readTextFile(file, stop).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
    throw new Error(`--seed must be a readable file, got ${file} (${code}).`, { cause: error });
  });
  return readSeed(text, `seed file ${file}`);
}

function startMessage({ url, host, port }: Emulator): string {
  const isHere = /^(127\.|localhost$|::1$)/.test(host);
  const insecure = isHere ? '' : ', allowInsecure: true'; // the client refuses http: to another machine otherwise
  return `Stripe Secret Store emulator: ${url}
stripe-node: new Stripe('sk_test_emulator', { host: '${host}', port: ${port}, protocol: 'http' })
secretkit:   createStripeClient({ apiKey: 'sk_test_emulator', baseUrl: '${url}'${insecure} })
Secrets are kept in memory only. Press ctrl-C to stop.
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

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Returns the first line of an error as a sentence, without the function that threw it. */
function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : 'unknown error').split('\n', 1);
  return line.replace(/^(?:startEmulator|secrets\.put): /, '').replace(/[^.]$/, '$&.');
}
