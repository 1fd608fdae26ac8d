/** What Stripe, or something between us and Stripe, said of a failure. It may quote a value, and stays in this package. */
export interface StripeFailure {
  readonly status?: number | undefined;
  /** Stripe's `error.code`. */
  readonly code?: string | undefined;
  /** Stripe's `error.type`. */
  readonly type?: string | undefined;
  /** Stripe's `error.param`: the parameter that it is about. */
  readonly param?: string | undefined;
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Is it Stripe's word that there is no secret of this name? `resource_missing` is also said of users, accounts and
 * cursors, and a 404 of anything else is no word of Stripe's at all.
 */
export function isMissing({ code, param, message = '' }: StripeFailure, name: string): boolean {
  if (code !== 'resource_missing' || (param !== undefined && param !== 'name')) return false;
  const [, what, quoted] = /^No such ([\w .]+): '([^']*)'/.exec(message) ?? [];
  if (what === undefined) return true;
  return what.endsWith('secret') && (quoted === name || !isQuotedAsItIs(name));
}

/** Does it say that a list cannot show payloads? That it can follows from a general rule, and is stated nowhere. */
export function cannotExpand({ status, param, message = '' }: StripeFailure): boolean {
  return status === 400 && (/^expand\b/.test(param ?? '') || message.includes('cannot be expanded'));
}

// How Stripe would show a longer name, or one with quotes in it, is not known.
function isQuotedAsItIs(name: string): boolean {
  return name.length <= 200 && /^[\w .:/-]+$/.test(name);
}
