import { kindOf } from '@secretkit/core/provider';
import { isHeaderText } from './header-text.js';

/** The facts about an API key that its prefix shows. The key itself is not kept. */
export interface KeyKind {
  /** Whether it is a restricted key, which has a list of permissions of its own. */
  readonly restricted: boolean;
  /** Whether it belongs to live mode; `undefined` when the prefix does not show the mode. */
  readonly livemode: boolean | undefined;
}

/** Other Stripe tokens, by prefix, that people use as an API key by mistake. */
const otherTokens: ReadonlyMap<string, string> = new Map([
  ['pk', 'a publishable key'],
  ['whsec', 'the signing secret of a webhook'],
  ['acct', 'the id of an account'],
  ['ca', 'the client id of an app'],
]);

/** @throws `TypeError` for a value that cannot be a secret key. The value is never quoted. */
export function checkApiKey(owner: string, apiKey: unknown): asserts apiKey is string {
  if (apiKey !== undefined && typeof apiKey !== 'string') {
    throw new TypeError(
      `${owner}: apiKey must be a string, or a function that returns one, got ${kindOf(apiKey)}. Reveal a Secret, and await a promise, before you pass it.`,
    );
  }
  const problem = problemOf(apiKey);
  if (problem !== undefined) throw new TypeError(`${owner}: apiKey must ${problem}`);
}

/** Returns how a text differs from a secret key, for a message after "must"; `undefined` if it may be one. */
export function problemOf(apiKey: string | undefined): string | undefined {
  if (apiKey === undefined || apiKey === '') {
    return `not be empty, got ${apiKey === '' ? 'an empty string' : 'undefined'}. Check the environment variable that has the key.`;
  }
  if (!isHeaderText(apiKey)) {
    return 'be visible ASCII, got a string with a space, a line break or another character. Trim a key that comes from a file.';
  }
  const other = otherTokens.get(apiKey.split('_', 1)[0] ?? '');
  return other && `be a secret key (sk_) or a restricted key (rk_), got ${other}.`;
}

/** Returns the kind of a key by its prefix. */
export function kindOfKey(apiKey: string): KeyKind {
  const [, type, mode] = /^([a-z]+)_(?:org_)?(live|test)_/.exec(apiKey) ?? [];
  return { restricted: type === 'rk', livemode: mode === undefined ? undefined : mode === 'live' };
}

/** Returns a key's name for messages: `API key`, or `restricted test-mode API key` where that is known. */
export function describeKey(kind: KeyKind | undefined): string {
  const mode = kind?.livemode === undefined ? '' : `${modeOf(kind.livemode)}-mode `;
  return `${kind?.restricted ? 'restricted ' : ''}${mode}API key`;
}

/** Returns Stripe's name for a mode. */
export function modeOf(livemode: boolean): 'live' | 'test' {
  return livemode ? 'live' : 'test';
}
