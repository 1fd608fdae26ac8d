/** What an API key tells of itself by how it starts. The key is not kept. */
export interface KeyKind {
  /** Is it a restricted key, which has a list of permissions of its own? */
  readonly restricted: boolean;
  /** The mode it belongs to, where its prefix says. */
  readonly livemode: boolean | undefined;
}

/** What stands beside the key in a dashboard or a file, and is taken for it. */
const somethingElse: ReadonlyMap<string, string> = new Map([
  ['whsec', "a webhook's signing secret"],
  ['acct', 'the id of an account'],
  ['ca', "an app's client id"],
]);

/** @throws `TypeError` for what can be no secret key, without showing it. */
export function checkApiKey(apiKey: unknown): asserts apiKey is string {
  if (apiKey !== undefined && typeof apiKey !== 'string') {
    throw new TypeError(
      'createStripeClient: apiKey is a string. Reveal a Secret, and await a promise, before you hand it in.',
    );
  }
  if (!apiKey) {
    throw new TypeError(
      'createStripeClient: apiKey is empty. Is the environment variable set that it comes from? A key starts with sk_ or rk_.',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new TypeError(
      'createStripeClient: apiKey has a space, a line break or a character that no key has. Was it read from a file? Trim it.',
    );
  }
  if (apiKey.startsWith('pk_')) {
    throw new TypeError(
      'createStripeClient: apiKey is a publishable key, which may read no secrets. Use a secret one (sk_) or a restricted one (rk_).',
    );
  }
  const other = somethingElse.get(apiKey.split('_', 1)[0] ?? '');
  if (other) {
    throw new TypeError(`createStripeClient: apiKey is ${other}, and no key. A key starts with sk_ or rk_.`);
  }
}

/** The kind of a key, by its prefix. */
export function kindOfKey(apiKey: string): KeyKind {
  const [, type, mode] = /^([a-z]+)_(?:org_)?(live|test)_/.exec(apiKey) ?? [];
  return { restricted: type === 'rk', livemode: mode === undefined ? undefined : mode === 'live' };
}

/** What to call a key in a message: `API key`, or `restricted test-mode API key` where that is known. */
export function describeKey(kind: KeyKind | undefined): string {
  const mode = kind?.livemode === undefined ? '' : `${modeOf(kind.livemode)}-mode `;
  return `${kind?.restricted ? 'restricted ' : ''}${mode}API key`;
}

/** Stripe's word for a mode. */
export function modeOf(livemode: boolean): 'live' | 'test' {
  return livemode ? 'live' : 'test';
}
