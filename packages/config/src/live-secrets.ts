import { checkFunction, type ReadOptions, type SecretsReader, type WatchOptions } from '@secretkit/core';
import {
  checkNumber,
  checkOptions,
  isSecretError,
  maxDelayMs,
  type Secret,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import type { Outcome } from './answer-to.js';
import type { LiveEvent } from './live-event.js';
import { liveProperty, type Surroundings } from './live-property.js';
import type { Problem } from './problems.js';
import type { Request } from './read-specs.js';
import type { LoadedSecrets } from './secret-spec.js';
import { tell } from './tell.js';

export interface LiveSecretsOptions extends ReadOptions {
  /** Asks for a view. */
  readonly live: true;
  /** Told what happens in the background, by names and codes. What it throws is ignored. */
  readonly onEvent?: (event: LiveEvent) => void;
  /**
   * For how long a property that has something to give is not read again after a background read that left nothing fresh in
   * memory, in milliseconds: it failed, or there is no cache in the stack.
   * @defaultValue 30000
   */
  readonly restMs?: number;
  /** The clock that values expire by, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/**
 * Secrets that follow the store. A property is the last value that passed its schema, until its expiry, and throws
 * `not_found` from then on. Reading it costs a look into the cache; where nothing fresh is there, one read is started in the
 * background, and the property gives what it has. The failure of such a read is an event. After one that says that the
 * secret is gone or refused, the property throws it, as `get` would.
 */
export type LiveSecrets<S> = LoadedSecrets<S> & LiveControls<S>;

/** What a view has beside its properties. A key cannot be called so. */
export interface LiveControls<S> extends Disposable {
  /**
   * Tells of every value that replaces another one and passes its schema, whoever caused it to be read; what the listener
   * throws is ignored.
   *
   * @returns What ends it.
   * @throws `unsupported` if there is no cache in the stack; `invalid_argument` for a key that there is not.
   */
  onChange<K extends keyof S>(
    key: K,
    listener: (secret: NonNullable<LoadedSecrets<S>[K]>) => void,
  ): Disposable;
  /**
   * Reads all of them again and again, through the cache, for those who read a property once and never again.
   *
   * @returns What ends it; so do `signal` and `close()`.
   * @throws `unsupported` if there is no cache in the stack; `invalid_argument`.
   */
  watch(options: WatchOptions): Disposable;
  /** Ends listening, watching and what is under way. The properties are `closed` from then on; the client is not. */
  close(): void;
}

/** Keys that a view has for itself. */
export function reservedBy(requests: readonly Request[]): readonly Problem[] {
  const taken = requests.filter(({ at }) => ['onChange', 'watch', 'close'].includes(at));
  const error = new SecretError(
    'invalid_argument',
    'a view has a method of that name. Call it otherwise, with a ref.',
  );
  return taken.map(({ at }) => ({ at, error }));
}

/** @throws `TypeError` or `RangeError` for wrong options. */
export function checkLiveOptions(options: LiveSecretsOptions): void {
  checkOptions('loadSecrets', options, ['signal', 'fresh', 'live', 'onEvent', 'restMs', 'now']);
  const { onEvent, restMs, now } = options;
  if (restMs !== undefined) checkNumber('loadSecrets', 'restMs', restMs, { min: 0, max: maxDelayMs });
}

/** A view of what has been loaded. */
export function liveSecrets(
  secrets: SecretsReader,
  loaded: readonly (Outcome & { readonly request: Request })[],
  { onEvent, restMs = 30_000, now = () => Date.now() }: LiveSecretsOptions,
): LiveSecrets<Record<string, never>> {
  const ending = new AbortController();
  const running = new Set<Disposable>();
  const around: Surroundings = {
    peek: ({ ref }) => peekOf(secrets, ref),
    get: ({ ref }) => secrets.get(ref, { signal: ending.signal }),
    emit: (event) => tell(onEvent, event),
    now,
    restMs,
    get closed() {
      return ending.signal.aborted;
    },
  };
  const properties = new Map(
    loaded.map(({ request, ...outcome }) => [
      request.at,
      { request, ...liveProperty(request, outcome, around) },
    ]),
  );

  function refuseIfClosed(): void {
    if (around.closed)
      throw new SecretError('closed', 'the view has been closed. Load a new one, or close later.');
  }

  /** Ends with the view, at the latest. */
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
      const { request, arrive, listen } = propertyOf(properties, key);
      if (typeof listener !== 'function')
        throw new SecretError('invalid_argument', 'listener is a function.');
      const subscription = secrets.onChange(request.ref, arrive);
      const unlisten = listen(listener as (secret: Secret<unknown>) => void); // of this key's type
      return untilClosed(() => {
        subscription[Symbol.dispose]();
        unlisten();
      });
    },
    watch(options) {
      refuseIfClosed();
      const watching = secrets.watch(
        loaded.map(({ request: { ref } }) => ref),
        options,
      );
      return untilClosed(() => watching[Symbol.dispose]());
    },
    close() {
      for (const disposable of running) disposable[Symbol.dispose]();
      ending.abort();
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
    Object.defineProperty(view, key, { get, enumerable: true });
  }
  for (const name of Reflect.ownKeys(controls)) {
    Object.defineProperty(view, name, { value: controls[name as keyof typeof controls] }); // not among the keys
  }
  return Object.freeze(view) as LiveSecrets<Record<string, never>>; // it has a property for each key, and the controls
}

function peekOf(secrets: SecretsReader, ref: SecretRef): Secret | undefined {
  try {
    return secrets.peek(ref.scope ? ref : ref.name); // a name is found faster
  } catch (error) {
    if (isSecretError(error, 'closed')) throw error;
    return undefined; // the read that is started then will fail for the same reason, and tell
  }
}

function propertyOf<P>(properties: ReadonlyMap<string, P>, key: unknown): P {
  const property = properties.get(key as string); // what is no string is no key
  if (property) return property;
  throw new SecretError(
    'invalid_argument',
    `there is no such key. There is ${[...properties.keys()].join(', ')}.`,
  );
}
