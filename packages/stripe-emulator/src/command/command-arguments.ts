import { parseArgs } from 'node:util';
import type { EmulatorOptions } from '../options/emulator-options.js';
import { isLoopback } from '../server/is-loopback.js';

/** The parsed arguments of the command. */
export interface CommandArguments {
  readonly help: boolean;
  readonly log: boolean;
  /** Path of the seed file. */
  readonly seed: string | undefined;
  /** Options of the emulator. */
  readonly options: EmulatorOptions;
}

const defaultPort = 12140;

/** The text of `--help`. */
export const helpText: string = `secretkit-stripe-emulator: local emulator of the Stripe Apps Secret Store API

Usage: secretkit-stripe-emulator [options]

  --port N           port to listen on, 0 for a free port (default ${defaultPort})
  --seed FILE        store the secrets of a JSON file at the start
  --latency-ms N     delay every response by N milliseconds (default 0)
  --rate-limit       apply the rate limits that Stripe documents
  --log              print one line per request, without payload, key and query
  --host HOST        address to listen on (default 127.0.0.1)
  --allow-remote     allow other machines: they can read and change everything
  --allow-live-keys  accept keys that start with sk_live_, use invented ones
  --help             print this text
`;

const flags = {
  port: { type: 'string' },
  seed: { type: 'string' },
  'latency-ms': { type: 'string' },
  'rate-limit': { type: 'boolean' },
  log: { type: 'boolean' },
  host: { type: 'string' },
  'allow-remote': { type: 'boolean' },
  'allow-live-keys': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Parses the arguments of the command.
 *
 * @throws `Error` when an argument is unknown or wrong.
 */
export function readArguments(args: readonly string[]): CommandArguments {
  checkArguments(args);
  const { values } = parseArgs({ args: [...args], options: flags });
  const { host = '127.0.0.1', 'allow-remote': allowRemote = false } = values;
  if (!allowRemote && !isLoopback(host)) {
    throw new Error(
      '--host must be a loopback address such as 127.0.0.1, got another host. Use --allow-remote to allow requests from other machines.',
    );
  }
  return {
    help: values.help ?? false,
    log: values.log ?? false,
    seed: values.seed,
    options: {
      port: readNumber('--port', values.port, 65_535) ?? defaultPort,
      host,
      allowRemote,
      allowLiveKeys: values['allow-live-keys'],
      latencyMs: readNumber('--latency-ms', values['latency-ms'], 2 ** 31 - 1),
      rateLimit: values['rate-limit'],
    },
  };
}

/** Throws errors that quote no value. Those of `parseArgs` do. */
function checkArguments(args: readonly string[]): void {
  const { tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new Error('arguments must be options such as --port, got other text.');
    if (token.kind === 'option') checkFlag(token);
  }
}

function checkFlag({
  name,
  rawName,
  value,
}: {
  name: string;
  rawName: string;
  value?: string | undefined;
}): void {
  const flag = new Map<string, { readonly type: 'string' | 'boolean' }>(Object.entries(flags)).get(name);
  if (flag === undefined) {
    const known = Object.keys(flags).map((each) => `--${each}`);
    throw new Error(`unknown option "${rawName.slice(0, 50)}". Known options: ${known.join(', ')}.`);
  }
  if (flag.type === 'string' && value === undefined)
    throw new Error(`${rawName} must have a value, got none.`);
  if (flag.type === 'boolean' && value !== undefined)
    throw new Error(`${rawName} must not have a value, got one.`);
}

function readNumber(flag: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const isNumber = /^\d{1,10}$/.test(text);
  if (isNumber && Number(text) <= max) return Number(text);
  throw new Error(
    `${flag} must be a whole number between 0 and ${max}, got ${isNumber ? text : 'other text'}.`,
  );
}
