/** An error response of Stripe, or of a proxy. Its fields may quote a value, so it must not leave this package. */
export interface StripeFailure {
  readonly status?: number | undefined;
  /** Stripe's `error.code`. */
  readonly code?: string | undefined;
  /** Stripe's `error.type`. */
  readonly type?: string | undefined;
  /** Stripe's `error.param`: the parameter that caused the error. */
  readonly param?: string | undefined;
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Whether Stripe reports that there is no secret of this name. Stripe uses `resource_missing` for users, accounts and cursors
 * too, and a 404 without that code does not come from Stripe.
 */
export function isMissing({ code, param, message = '' }: StripeFailure, name: string): boolean {
  if (code !== 'resource_missing' || (param !== undefined && param !== 'name')) return false;
  const [, object, quoted] = /^No such ([\w .]+): '([^']*)'/.exec(message) ?? [];
  if (object === undefined) return true;
  return object.endsWith('secret') && (quoted === name || !isQuotedUnchanged(name));
}

/** Whether Stripe reports that a list cannot contain payloads. Its documentation does not say whether lists can. */
export function cannotExpand({ status, param, message = '' }: StripeFailure): boolean {
  return status === 400 && (/^expand\b/.test(param ?? '') || message.includes('cannot be expanded'));
}

// Stripe's documentation does not say how a message quotes a long name, or a name with quotes.
function isQuotedUnchanged(name: string): boolean {
  return name.length <= 200 && /^[\w .:/-]+$/.test(name);
}
