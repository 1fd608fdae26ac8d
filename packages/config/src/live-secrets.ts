import type { SecretsReader, WatchOptions } from '@secretkit/core';
import {
  checkNumber,
  checkOptions,
  invalid,
  isSecretError,
  kindOf,
  maxDelayMs,
  missingError,
  readInBackground,
  type Secret,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import type { AllowOptions } from './allow.js';
import type { LiveEvent } from './live-event.js';
import { type Context, liveProperty } from './live-property.js';
import { notify } from './notify.js';
import type { Outcome } from './outcome.js';
import type { Problem } from './problems.js';
import type { Request } from './read-specs.js';
import type { LoadedSecrets } from './secret-spec.js';

export interface LiveSecretsOptions extends AllowOptions {
  /** Returns a view. */
  readonly live: true;
  /** Called for each event in the background, with names and codes. Its exceptions are ignored. */
  readonly onEvent?: (event: LiveEvent) => void;
  /**
   * How long a property with a value starts no background read after one that left no fresh value in memory: it failed, or
   * the stack has no cache. In milliseconds, from 0 to 2³¹ − 1.
   * @defaultValue 30000
   */
  readonly refreshCooldownMs?: number;
  /** The wall clock, in epoch milliseconds. Values expire by it. @defaultValue Date.now */
  readonly now?: () => number;
}

/**
 * Secrets that follow the store. A property returns the last value that passed its schema until its expiry, and then throws
 * `not_found`. Each access looks into the cache; if there is no fresh value, the property starts one background read and
 * returns the value that it has. A failed background read is an event. If the failure means that the secret is deleted or
 * refused, the property throws it, as `get` would.
 */
export type LiveSecrets<S> = LoadedSecrets<S> & LiveControls<S>;

/** The methods of a view. A key must not have the name of one, nor be `toJSON`, by which a view is printed. */
export interface LiveControls<S> extends Disposable {
  /**
   * Calls the listener for every value that replaces another one and passes its schema, whichever read found it. Its
   * exceptions are ignored.
   *
   * @returns A `Disposable` that ends it.
   * @throws `unsupported` without a cache in the stack; `invalid_argument` for an unknown key.
   */
  onChange<K extends keyof S>(
    key: K,
    listener: (secret: NonNullable<LoadedSecrets<S>[K]>) => void,
  ): Disposable;
  /**
   * Reads all secrets periodically, through the cache, so that `onChange` reports rotations that no other read would find.
   *
   * @returns A `Disposable` that ends it; so do `signal` and `close()`.
   * @throws `unsupported` without a cache in the stack; `invalid_argument`.
   */
  watch(options: WatchOptions): Disposable;
  /** Ends listeners, watches and reads in flight. Then the properties throw `closed`. The client stays open. */
  close(): void;
}

/** Returns a problem for each key with the name of a method of a view. */
export function reservedKeys(requests: readonly Request[]): readonly Problem[] {
  const reserved = requests.filter(({ at }) => ['onChange', 'watch', 'close', 'toJSON'].includes(at));
  const error = invalid('key must not be the name of a method of the view. Rename it, and set its ref.');
  return reserved.map(({ at }) => ({ at, error }));
}

/** Returns the options, without any that they inherit. @throws `TypeError` or `RangeError` for wrong options. */
export function checkLiveOptions(given: LiveSecretsOptions): LiveSecretsOptions {
  const owner = 'loadSecrets';
  const options = checkOptions(owner, given, [
    'signal',
    'fresh',
    'live',
    'onEvent',
    'refreshCooldownMs',
    'now',
    'allow',
  ]);
  const { refreshCooldownMs } = options;
  if (refreshCooldownMs !== undefined) {
    checkNumber(owner, 'refreshCooldownMs', refreshCooldownMs, { min: 0, max: maxDelayMs });
  }
  return options;
}

/** Returns a view of loaded secrets. */
export function liveSecrets(
  secrets: SecretsReader,
  loaded: readonly (Outcome & { readonly request: Request })[],
  { onEvent, refreshCooldownMs = 30_000, now = () => Date.now() }: LiveSecretsOptions,
): LiveSecrets<Record<string, never>> {
  const closing = new AbortController();
  const running = new Set<Disposable>();
  const context: Context = {
    peek: ({ ref }) => peek(secrets, ref),
    get: ({ ref }) => readInBackground(secrets, ref, closing.signal),
    missing: ({ ref, field }) => missingError(secrets, ref, field),
    emit: (event) => notify(onEvent, event),
    now,
    refreshCooldownMs,
    get closed() {
      return closing.signal.aborted;
    },
  };
  const properties = new Map(
    loaded.map(({ request, ...outcome }) => [
      request.at,
      { request, ...liveProperty(request, outcome, context) },
    ]),
  );

  function refuseIfClosed(): void {
    if (!context.closed) return;
    throw new SecretError('closed', 'the view has been closed. Load a new one, or close this one later.');
  }

  /** Returns a `Disposable` that `close` disposes too. */
  function untilClosed(end: () => void): Disposable {
    const disposable = {
      [Symbol.dispose]() {
        if (running.delete(disposable)) end();
      },
    };
    running.add(disposable);
    return disposable;
  }

  const controls: LiveControls<Record<string, never>> = {
    onChange(key, listener) {
      refuseIfClosed();
      const { request, applyValue, addListener } = propertyOf(properties, key);
      if (typeof listener !== 'function') {
        throw invalid(`listener must be a function, got ${kindOf(listener)}.`);
      }
      const subscription = secrets.onChange(request.ref, applyValue);
      const removeListener = addListener(listener as (secret: Secret<unknown>) => void); // of this key's type
      return untilClosed(() => {
        subscription[Symbol.dispose]();
        removeListener();
      });
    },
    watch(options) {
      refuseIfClosed();
      const refs = loaded.map(({ request: { ref } }) => ref);
      const watch = secrets.watch(refs, options);
      return untilClosed(() => watch[Symbol.dispose]());
    },
    close() {
      for (const disposable of running) disposable[Symbol.dispose]();
      closing.abort();
    },
    [Symbol.dispose]() {
      controls.close();
    },
  };

  const view = {};
  for (const [key, { read }] of properties) {
    const get = (): Secret<unknown> | undefined => {
      refuseIfClosed();
      return read();
    };
    Object.defineProperty(view, key, { get }); // not enumerable: loggers copy objects, and a read may throw
  }
  const print = (): Record<string, string | undefined> =>
    Object.fromEntries(Array.from(properties, ([key, property]) => [key, property.print()]));
  for (const name of ['toJSON', Symbol.for('nodejs.util.inspect.custom')]) {
    Object.defineProperty(view, name, { value: print }); // printers read properties, which may throw
  }
  for (const name of Reflect.ownKeys(controls)) {
    Object.defineProperty(view, name, { value: controls[name as keyof typeof controls] });
  }
  return Object.freeze(view) as LiveSecrets<Record<string, never>>; // it has each key, and the controls
}

function peek(secrets: SecretsReader, ref: SecretRef): Secret | undefined {
  try {
    return secrets.peek(ref.scope ? ref : ref.name); // the client finds a name faster
  } catch (error) {
    if (isSecretError(error, 'closed')) throw error;
    return undefined; // the read that follows fails for the same reason, and reports it
  }
}

function propertyOf<P>(properties: ReadonlyMap<string, P>, key: unknown): P {
  const property = properties.get(key as string); // anything but a string is unknown
  if (property) return property;
  const known = [...properties.keys()].join(', ');
  throw invalid(`key must be one of the keys of the view. Known keys: ${known}.`);
}
