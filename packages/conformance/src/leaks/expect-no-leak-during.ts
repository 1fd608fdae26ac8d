import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { searchIn } from './expect-no-leak.js';
import { needlesFor } from './needles.js';

export interface DuringOptions {
  /** More diagnostics channels, by name. @defaultValue those of Node's HTTP client, undici and lru-cache */
  readonly channels?: readonly string[];
}

const phases = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
const known = [
  'http.client.request.created',
  'http.client.request.start',
  'http.client.request.error',
  'http.client.response.finish',
  'undici:request:create',
  'undici:request:error',
  'undici:request:headers',
  'lru-cache:metrics',
  ...phases.map((phase) => `tracing:lru-cache:${phase}`),
];
const printers = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const;

/**
 * Runs a function, and checks that it does not print a value (console, standard output and error, process warnings) or
 * publish it on diagnostics channels.
 *
 * @returns the result of the function.
 * @throws `LeakFound` when the value was found; otherwise whatever the function throws.
 * @example
 * ```ts
 * import { expectNoLeakDuring } from '@secretkit/conformance';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const secrets = createSecrets(memorySecrets());
 * await expectNoLeakDuring('an-example-value', () => secrets.set('token', 'an-example-value'));
 * ```
 */
export async function expectNoLeakDuring<T>(
  canary: string | readonly string[],
  run: () => Promise<T>,
  { channels = [] }: DuringOptions = {},
): Promise<T> {
  const needles = needlesFor(canary);
  const records: { readonly place: string; readonly thing: unknown }[] = [];
  const recorder = (place: string) => (thing: unknown) => {
    records.push({ place, thing });
  };
  const undo = [
    ...[...known, ...channels].map((name) => listen(name, recorder(`the channel ${name}`))),
    ...printers.map((printer) => intercept(console, printer, recorder(`console.${printer}`))),
    intercept(process.stdout, 'write', recorder('standard output')),
    intercept(process.stderr, 'write', recorder('standard error')),
    onWarning(recorder('a process warning')),
  ];
  try {
    return await run();
  } finally {
    for (const stop of undo) stop();
    for (const { place, thing } of records) searchIn(needles, thing, place);
  }
}

function listen(name: string, record: (thing: unknown) => void): () => void {
  channel(name); // otherwise it can be garbage-collected
  const listener = (message: unknown): void => record(message);
  subscribe(name, listener);
  return () => {
    unsubscribe(name, listener);
  };
}

function intercept<K extends string>(
  target: Record<K, (...args: never[]) => unknown>,
  method: K,
  record: (thing: unknown) => void,
): () => void {
  const original = target[method];
  target[method] = (...args: never[]) => {
    record(args);
    return original.apply(target, args);
  };
  return () => {
    target[method] = original;
  };
}

function onWarning(record: (thing: unknown) => void): () => void {
  process.on('warning', record);
  return () => {
    process.off('warning', record);
  };
}
