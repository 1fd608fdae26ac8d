import { type IncomingMessage, request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { EmulatorOptions } from '../src/options/emulator-options.js';
import { type Emulator, startEmulator } from '../src/start-emulator.js';

/** Starts an emulator that closes when the test ends. */
export async function useEmulator(options?: EmulatorOptions): Promise<Emulator> {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** Returns a clock that changes only by `advance`. */
export function fakeClock(startMs = 1_750_000_000_000): { now: () => number; advance: (ms: number) => void } {
  let time = startMs;
  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
  };
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends one request on a new connection, exactly as given. */
export async function raw(emulator: Emulator, path: string, options?: RawRequest): Promise<RawResponse> {
  const response = await openResponse(emulator, path, options);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers as RawResponse['headers'], // the emulator sends no header twice
    text: (await readChunks(response)).join(''),
  };
}

/** Like {@link raw}, but resolves when the headers arrive. */
export function openResponse(
  { host, port }: Emulator,
  path: string,
  { body, key = 'sk_test_1', headers, signal, method = body === undefined ? 'GET' : 'POST' }: RawRequest = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host,
      port,
      path,
      method,
      agent: false,
      signal,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(body);
  });
}

/** Returns the body in chunks, as they arrive. */
export async function readChunks(response: IncomingMessage): Promise<readonly string[]> {
  const chunks: string[] = [];
  // With an encoding, the chunks are strings.
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) chunks.push(chunk);
  return chunks;
}

/** Returns the JSON object in a body. */
export function bodyOf({ text }: RawResponse): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(text);
  if (typeof body !== 'object' || body === null) throw new TypeError('the body is not a JSON object');
  return { ...body };
}

/** Returns the `error` of Stripe's envelope. */
export function errorOf(response: RawResponse): Readonly<Record<string, string>> {
  return bodyOf(response)['error'] as Record<string, string>; // the values of Stripe's errors are strings
}

/** Returns the `code` of a system error. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
