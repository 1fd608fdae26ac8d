import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { look } from './expect-no-leak.js';
import { needlesFor } from './needles.js';

export interface DuringOptions {
  /** More diagnostics channels to listen on, by name. @defaultValue those of Node's HTTP client, undici and lru-cache */
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
 * Runs something, and looks for a value in all that was printed meanwhile (console, standard output and error, process
 * warnings) and in all that was published on diagnostics channels.
 *
 * @returns what the run resolved with.
 * @throws `LeakFound` when the value shows; what the run throws.
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
  const heard: { readonly place: string; readonly thing: unknown }[] = [];
  const hear = (place: string) => (thing: unknown) => {
    heard.push({ place, thing });
  };
  const undo = [
    ...[...known, ...channels].map((name) => listen(name, hear(`the channel ${name}`))),
    ...printers.map((printer) => intercept(console, printer, hear(`console.${printer}`))),
    intercept(process.stdout, 'write', hear('standard output')),
    intercept(process.stderr, 'write', hear('standard error')),
    onWarning(hear('a process warning')),
  ];
  try {
    return await run();
  } finally {
    for (const stop of undo) stop();
    for (const { place, thing } of heard) look(needles, thing, place);
  }
}

function listen(name: string, hear: (thing: unknown) => void): () => void {
  channel(name); // keeps it from being collected
  const listener = (message: unknown): void => hear(message);
  subscribe(name, listener);
  return () => {
    unsubscribe(name, listener);
  };
}

function intercept<K extends string>(
  target: Record<K, (...args: never[]) => unknown>,
  method: K,
  hear: (thing: unknown) => void,
): () => void {
  const original = target[method];
  target[method] = (...args: never[]) => {
    hear(args);
    return original.apply(target, args);
  };
  return () => {
    target[method] = original;
  };
}

function onWarning(hear: (thing: unknown) => void): () => void {
  process.on('warning', hear);
  return () => {
    process.off('warning', hear);
  };
}
