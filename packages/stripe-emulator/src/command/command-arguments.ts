import { parseArgs } from 'node:util';
import type { EmulatorOptions } from '../options/emulator-options.js';
import { isLoopback } from '../server/is-loopback.js';

/** What the command was told to do. */
export interface CommandArguments {
  readonly help: boolean;
  readonly log: boolean;
  readonly seed: string | undefined;
  /** How to start the emulator. */
  readonly options: EmulatorOptions;
}

/** The port of the command if none is given. */
const defaultPort = 12140;

/** The text of `--help`. */
export const helpText: string = `secretkit-stripe-emulator: a local server that speaks the Stripe Apps Secret Store API

Usage: secretkit-stripe-emulator [options]

  --port N           port to listen on; 0 for a free one (default ${defaultPort})
  --seed FILE        JSON file of secrets to start with
  --latency-ms N     wait N milliseconds before every answer
  --rate-limit       refuse more than Stripe's 25 requests a second
  --log              print a line for each request: never a payload, key or query
  --host HOST        address to listen on (default 127.0.0.1)
  --allow-remote     allow a host that other machines can reach: they can read and change everything
  --allow-live-keys  accept keys in live form; use made-up ones
  --help             print this text
`;

/**
 * Reads the arguments of the command.
 *
 * @throws Error saying which argument is wrong
 */
export function readArguments(args: readonly string[]): CommandArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      seed: { type: 'string' },
      'latency-ms': { type: 'string' },
      'rate-limit': { type: 'boolean' },
      log: { type: 'boolean' },
      host: { type: 'string' },
      'allow-remote': { type: 'boolean' },
      'allow-live-keys': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { host = '127.0.0.1', 'allow-remote': allowRemote = false } = values;
  if (!allowRemote && !isLoopback(host)) {
    throw new Error('--host must be a loopback address such as 127.0.0.1, unless --allow-remote is given');
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

function readNumber(flag: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text) || Number(text) > max) {
    throw new Error(`${flag} must be an integer from 0 to ${max}`);
  }
  return Number(text);
}
