import type { SecretRef } from '@secretkit/core';
import {
  checkFunction,
  checkNumber,
  checkOptions,
  checkRef,
  isSecretError,
  kindOf,
  maxDelayMs,
} from '@secretkit/core/provider';
import { isOnThisMachine } from '@secretkit/http/transport';
import type { OAuthEvent } from './oauth-event.js';

/** A second secret with the whole header, for servers that send a stored value as it is. Preview. */
export interface HeaderOptions {
  /** The name of the secret, in the scope of the connection. */
  readonly name: string;
  /** Returns the header of an access token, such as `Bearer …`. */
  readonly format: (accessToken: string) => string;
}

export interface OAuthTokensOptions {
  /** The URL of the server's token endpoint. `http:` is for this machine only. */
  readonly tokenEndpoint: string;
  /** The id of your application at the server. */
  readonly clientId: string;
  /** The secret that holds your application's password at the server. @defaultValue none: a public client */
  readonly clientSecret?: string | SecretRef;
  /** How the password is sent: `basic` in a header, `post` in the body. @defaultValue `basic` */
  readonly clientAuth?: 'basic' | 'post';
  /** The name of the secret that holds a connection. @defaultValue `oauth` */
  readonly name?: string;
  /** A token is renewed this long before it expires, in milliseconds, and at most half its life. @defaultValue 60000 */
  readonly renewAheadMs?: number;
  /** The life of a token whose server reports none, or one that cannot be right, in milliseconds. @defaultValue 3600000 */
  readonly assumedLifeMs?: number;
  /** The timeout of a request to the token endpoint, in milliseconds. @defaultValue 10000 */
  readonly timeoutMs?: number;
  /** How long one process may renew while others wait, in milliseconds; longer than `timeoutMs`. @defaultValue 30000 */
  readonly leaseMs?: number;
  /** How long the server accepts a used refresh token again, in milliseconds. @defaultValue 0: it rotates them strictly */
  readonly reuseWindowMs?: number;
  /** How long callers wait for a store that refuses the new tokens, in milliseconds. @defaultValue 5000 */
  readonly persistMs?: number;
  /** The largest secret of the store, in characters. @defaultValue 5000 without `compareAndSet`, such as Stripe; else no limit */
  readonly maxSize?: number;
  /** Writes the header of each token to a second secret, too. @defaultValue none */
  readonly header?: HeaderOptions;
  /** The function that sends requests. @defaultValue the global `fetch` */
  readonly fetch?: typeof globalThis.fetch;
  /** Called for each step. Its exceptions are ignored. */
  readonly onEvent?: (event: OAuthEvent) => void;
  /** The wall clock, in epoch milliseconds: tokens and leases expire by it. @defaultValue Date.now */
  readonly now?: () => number;
}

/** The options with their defaults. */
export interface OAuthSettings extends OAuthTokensOptions {
  readonly name: string;
  readonly clientAuth: 'basic' | 'post';
  readonly renewAheadMs: number;
  readonly assumedLifeMs: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly reuseWindowMs: number;
  readonly persistMs: number;
  readonly now: () => number;
}

const owner = 'oauthTokens';

const known = [
  'tokenEndpoint',
  'clientId',
  'clientSecret',
  'clientAuth',
  'name',
  'renewAheadMs',
  'assumedLifeMs',
  'timeoutMs',
  'leaseMs',
  'reuseWindowMs',
  'persistMs',
  'maxSize',
  'header',
  'fetch',
  'onEvent',
  'now',
] as const satisfies readonly (keyof OAuthTokensOptions)[];

/** Returns the options with their defaults. @throws `TypeError` or `RangeError` for wrong ones. No option is quoted. */
export function checkOAuthOptions(given: OAuthTokensOptions): OAuthSettings {
  const options = checkOptions(owner, given, known);
  const { clientAuth = 'basic', name = 'oauth', now = () => Date.now() } = options;
  const settings = {
    ...options,
    clientAuth,
    name,
    now,
    renewAheadMs: options.renewAheadMs ?? 60_000,
    assumedLifeMs: options.assumedLifeMs ?? 3_600_000,
    timeoutMs: options.timeoutMs ?? 10_000,
    leaseMs: options.leaseMs ?? 30_000,
    reuseWindowMs: options.reuseWindowMs ?? 0,
    persistMs: options.persistMs ?? 5_000,
  };
  const { tokenEndpoint, clientId, clientSecret, header, timeoutMs, leaseMs, maxSize = 1_000 } = settings;
  checkEndpoint(tokenEndpoint);
  checkName('clientId', clientId);
  checkName('name', name);
  if (clientSecret !== undefined) checkName('clientSecret', clientSecret);
  if (clientAuth !== 'basic' && clientAuth !== 'post') {
    throw new TypeError(`${owner}: clientAuth must be "basic" or "post", got ${kindOf(clientAuth)}.`);
  }
  const from = (min: number) => ({ min, max: maxDelayMs });
  checkNumber(owner, 'renewAheadMs', settings.renewAheadMs, from(0));
  checkNumber(owner, 'assumedLifeMs', settings.assumedLifeMs, from(1_000));
  checkNumber(owner, 'timeoutMs', timeoutMs, { ...from(1), whole: true });
  checkNumber(owner, 'leaseMs', leaseMs, from(1));
  if (leaseMs <= timeoutMs) {
    throw new RangeError(`${owner}: leaseMs must be more than timeoutMs, got ${leaseMs} and ${timeoutMs}.`);
  }
  checkNumber(owner, 'reuseWindowMs', settings.reuseWindowMs, from(0));
  checkNumber(owner, 'persistMs', settings.persistMs, from(0));
  checkNumber(owner, 'maxSize', maxSize, { min: 1_000, max: 2 ** 30, whole: true });
  if (header !== undefined) {
    const { name: headerName, format } = checkOptions(`${owner}: header`, header, ['name', 'format']);
    checkName('header.name', headerName);
    if (headerName === name)
      throw new TypeError(`${owner}: header.name must be another name than that of the connection.`);
    if (typeof format !== 'function')
      throw new TypeError(`${owner}: header.format must be a function, got ${kindOf(format)}.`);
  }
  for (const option of ['fetch', 'onEvent', 'now'] as const) checkFunction(owner, option, options[option]);
  return settings;
}

function checkEndpoint(given: unknown): void {
  const refuse = (got: string): TypeError =>
    new TypeError(`${owner}: tokenEndpoint must be a URL with https:, or http: on this machine, got ${got}.`);
  if (typeof given !== 'string') throw refuse(kindOf(given));
  if (!URL.canParse(given)) throw refuse('an invalid URL');
  const url = new URL(given);
  if (url.username || url.password || url.hash) throw refuse('a URL with credentials or a fragment');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isOnThisMachine(url))) return;
  throw refuse(url.protocol === 'http:' ? 'http: to another host' : 'a URL with another scheme');
}

function checkName(option: string, name: unknown): void {
  try {
    checkRef(name as string | SecretRef);
  } catch (error) {
    throw isSecretError(error) ? new TypeError(`${owner}: ${option}: ${error.problem}`) : error;
  }
}
