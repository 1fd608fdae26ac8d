import type { SecretsReader, UseOptions } from '@secretkit/core';
import {
  checkNumber,
  checkOptions,
  hasExpired,
  isAuthFailure as isKnownAuthFailure,
  maxDelayMs,
  onAbort,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type AttachedClient, type AttachOptions, attachClient, type MakeClient } from './attached-client.js';
import type { Credential } from './credential.js';
import { credentialSource } from './credential-source.js';
import {
  type FollowContext,
  type Following,
  type FollowOptions,
  type FollowState,
  follow,
} from './follow.js';
import { checkProviderOption, holders } from './holders.js';
import { isLockedAccount } from './locked-account.js';
import { quietly } from './quietly.js';
import type { RotationEvent } from './rotation-event.js';
import { type RotationHealth, rotationHealth } from './rotation-health.js';

export interface RotatingOptions<T> {
  /** Validates and parses the value: any Standard Schema. @defaultValue the text of the secret */
  readonly schema?: StandardSchemaV1<unknown, T>;
  /** How long a login is repeated after its first refusal, in milliseconds. @defaultValue 10000 */
  readonly deadlineMs?: number;
  /** The period of reads in the background, in milliseconds, for pools that read nothing themselves. @defaultValue no reads */
  readonly watchMs?: number;
  /** Returns whether a failure means that the server refused the login. @defaultValue the codes that `secrets.use` knows, and a locked account of MySQL or MariaDB */
  readonly isAuthFailure?: (failure: unknown) => boolean;
  /**
   * The provider of the client, or its stack: the lease of a credential is held while a client uses it, and revoked after the
   * drain. No one else may read this secret through a cache, which would not report it. @defaultValue none: a lease ends by itself
   */
  readonly provider?: SecretProvider;
  /** Called once for a replaced credential that no client uses any more, such as to delete a key. @defaultValue nothing */
  readonly revoke?: (credential: Secret<T>) => unknown;
  /** Called for each step of a rotation. Its exceptions are ignored. */
  readonly onEvent?: (event: RotationEvent) => void;
  /** Closes the rotation when it fires. @defaultValue none */
  readonly signal?: AbortSignal;
  /** The wall clock, in epoch milliseconds: credentials expire by it. @defaultValue Date.now */
  readonly now?: () => number;
}

/** A credential that rotates, and the clients that follow it. */
export interface Rotation<T> extends AsyncDisposable {
  /** Returns the store's credential: the copy in memory while it is fresh. @throws as `require`; `invalid_data`; `closed`. */
  current(): Promise<Secret<T>>;
  /**
   * Calls `run` with the credential, and once more if it was refused and the store has another one.
   * @throws The failure of `run`, else as `current`.
   */
  use<R>(run: (credential: Secret<T>) => Promise<R> | R, options?: UseOptions): Promise<R>;
  /**
   * Returns a client that is replaced when the credential is: `make` builds a new one, and if `verify` accepts it, new work uses it,
   * and the old one is closed after its work has ended. If the new one does not verify, the old one stays.
   * @throws The failure of the first `make` or `verify`; a refused login is repeated until `deadlineMs` first.
   */
  attach<C>(make: MakeClient<T, C>, options: AttachOptions<C>): Promise<AttachedClient<C>>;
  /** Returns the accepted credential for a pool that opens its own connections. For bindings. */
  follow<V>(options: FollowOptions<T, V>): Promise<Following<T>>;
  /** Returns the credential of each client, those that are used after their end, and counts. No I/O, and never a value. */
  health(): RotationHealth;
  /** Closes every client that follows. The secrets client stays open. Closing twice is fine. */
  close(): Promise<void>;
}

const options = [
  'schema',
  'deadlineMs',
  'watchMs',
  'isAuthFailure',
  'provider',
  'revoke',
  'onEvent',
  'signal',
  'now',
] as const;

/**
 * Returns a credential that rotates in the store, and lets pools and clients follow it without a restart.
 *
 * @throws `TypeError` or `RangeError` for wrong options; `unsupported` for `watchMs` without a cache in the stack.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { rotating } from '@secretkit/rotation';
 * import { z } from 'zod';
 *
 * const initial = { 'prod/db': '{"username":"app","password":"example"}' };
 * const schema = z.string().transform((text) => JSON.parse(text)).pipe(z.object({ username: z.string(), password: z.string() }));
 * const db = rotating(createSecrets(memorySecrets({ initial })), 'prod/db', { schema });
 * const { username } = (await db.current()).reveal();
 * console.log(username); // app
 * ```
 */
export function rotating<T = string>(
  secrets: SecretsReader,
  ref: string | SecretRef,
  settings: RotatingOptions<T> = {},
): Rotation<T> {
  const given = checkOptions('rotating', settings, options);
  const {
    schema,
    deadlineMs = 10_000,
    watchMs,
    provider,
    revoke,
    onEvent,
    signal,
    now = () => Date.now(),
  } = given;
  checkProviderOption(provider);
  checkNumber('rotating', 'deadlineMs', deadlineMs, { min: 0, max: maxDelayMs });
  const { isAuthFailure = (failure: unknown) => isKnownAuthFailure(failure) || isLockedAccount(failure) } =
    given;
  const source = credentialSource(secrets, ref, schema, now);
  const states = new Set<FollowState<T>>();
  const closing = new AbortController();
  let authFailures = 0;

  const { retain } = holders<T>(typeof ref === 'string' ? { name: ref } : ref, provider, (credential) => {
    if (credential !== source.latest) quietly(() => revoke?.(credential.secret));
  });
  const context: FollowContext<T> = {
    source,
    deadlineMs,
    now,
    random: Math.random,
    isAuthFailure: (failure) => quietly(() => isAuthFailure(failure)) === true,
    countRefusal() {
      authFailures += 1;
    },
    emit(event) {
      quietly(() => onEvent?.(event));
    },
    retain,
  };
  const subscriptions = subscribe();
  const leave = onAbort(signal, () => void close()); // it never rejects

  function subscribe(): readonly Disposable[] {
    const watch = watchMs === undefined ? [] : [secrets.watch([ref], { everyMs: watchMs })];
    try {
      return [...watch, secrets.onChange(ref, (raw) => void source.apply(raw).catch(() => undefined))]; // health reports it
    } catch {
      return watch; // the stack has no cache: refreshAt and refused logins drive the rotation
    }
  }

  function refuseIfClosed(): void {
    if (!closing.signal.aborted && !signal?.aborted) return;
    throw new SecretError('closed', 'the rotation has been closed. Make a new one, or close this one later.');
  }

  /** A provider revokes only what no plain read has returned, as somebody may use it. */
  async function readForClient(): Promise<Credential<T>> {
    if (!provider?.hold) return source.read();
    const { latest } = source;
    return latest && !hasExpired(latest.secret, now()) ? latest : source.read({ fresh: true });
  }

  /** Returns the credential for a new client: a sibling's, which a server has accepted, before one that nobody has tried. */
  async function firstCredential(): Promise<Credential<T>> {
    refuseIfClosed();
    const latest = await readForClient();
    refuseIfClosed();
    const siblings = [...states].filter(({ accepted }) => !accepted.isRefused);
    const accepted = siblings.map(({ accepted: { current } }) => current);
    const alive = accepted.filter(({ secret }) => !hasExpired(secret, now()));
    return alive.includes(latest) ? latest : (alive.at(-1) ?? latest);
  }

  function added(state: FollowState<T>): void {
    states.add(state);
    onAbort(state.following.signal, () => states.delete(state));
    void state.accepted.handOver(); // the first credential may be a sibling's. It never rejects
  }

  let ending: Promise<void> | undefined;
  async function close(): Promise<void> {
    ending ??= end();
    return ending;
  }

  async function end(): Promise<void> {
    closing.abort();
    leave();
    for (const subscription of subscriptions) subscription[Symbol.dispose]();
    source.close();
    await Promise.all([...states].map((state) => state.close()));
  }

  if (signal?.aborted) void close(); // it never rejects
  return Object.freeze<Rotation<T>>({
    async current() {
      refuseIfClosed();
      return (await source.read()).secret;
    },
    async use(run, useOptions) {
      refuseIfClosed();
      return secrets.use(ref, async (raw) => run((await source.apply(raw)).secret), {
        ...(given.isAuthFailure && !useOptions?.authFailure && { isAuthFailure: context.isAuthFailure }),
        ...useOptions,
      });
    },
    async attach(make, attachOptions) {
      const { state, attached } = await attachClient(context, await firstCredential(), make, attachOptions);
      if (closing.signal.aborted) await state.close();
      refuseIfClosed();
      added(state);
      return attached;
    },
    async follow(followOptions) {
      const state = follow(context, await firstCredential(), followOptions);
      added(state);
      return state.following;
    },
    health: () => rotationHealth(source, [...states], authFailures, now),
    close,
    [Symbol.asyncDispose]: close,
  });
}
