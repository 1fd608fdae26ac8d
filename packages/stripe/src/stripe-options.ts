import { checkOptions } from '@secretkit/core/provider';
import { modeOf } from './api-key.js';
import { isHeaderText } from './check-arguments.js';
import { accountOf } from './client-config.js';
import { hardeningOf } from './hardening.js';
import type { StripeClient } from './stripe-client.js';
import type { AccountHeader } from './stripe-requests.js';

export interface StripeSecretsOptions {
  /** A Stripe instance: of `createStripeClient`, or your own. */
  readonly client: StripeClient;
  /**
   * The account whose secrets are meant where a ref names none: a connected account that has your app installed.
   * @defaultValue the account that the client was configured with, else the API key's own
   */
  readonly account?: string;
  /**
   * The header that names a connected account, by stripe-node's word for it: `Stripe-Account` or `Stripe-Context`.
   * @defaultValue `stripeAccount`, or `stripeContext` for a client that was configured with one
   */
  readonly accountHeader?: 'stripeAccount' | 'stripeContext';
  /**
   * The mode you expect. A secret of the other mode is refused instead of being served unnoticed.
   * @defaultValue whatever the API key's mode is
   */
  readonly livemode?: boolean;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/** The options with every default filled in. */
export interface CheckedOptions {
  readonly client: StripeClient;
  readonly account: string | undefined;
  readonly accountHeader: AccountHeader;
  readonly livemode: boolean | undefined;
  readonly now: () => number;
}

/** @throws `TypeError` for wrong options. */
export function checkedOptions(options: StripeSecretsOptions): CheckedOptions {
  if (typeof options === 'object' && options !== null && 'apps' in options && !('client' in options)) {
    throw new TypeError('stripeSecrets takes options, not a client alone: stripeSecrets({ client }).');
  }
  checkOptions('stripeSecrets', options, ['client', 'account', 'accountHeader', 'livemode', 'now']);
  const { client, livemode, now = () => Date.now() } = options;
  if (typeof client?.apps?.secrets?.find !== 'function') {
    throw new TypeError(
      'stripeSecrets needs a client: createStripeClient({ apiKey }) of @secretkit/stripe/client, or your own Stripe instance.',
    );
  }
  checkDefaultAccount(options.account);
  checkMode(client, livemode);
  const accountHeader = checkedHeader(client, options.accountHeader);
  return {
    client,
    account: options.account ?? accountOf(client, accountHeader),
    accountHeader,
    livemode,
    now,
  };
}

function checkMode(client: StripeClient, livemode: unknown): void {
  if (livemode === undefined) return;
  if (typeof livemode !== 'boolean') throw new TypeError('stripeSecrets: livemode is true or false.');
  const keys = hardeningOf(client)?.key.livemode;
  if (keys === undefined || livemode === keys) return;
  throw new TypeError(
    `stripeSecrets: livemode is ${livemode}, and the client's API key is a ${modeOf(keys)}-mode one. Use a key of the mode you mean.`,
  );
}

// Scopes are checked in the client; this is the one that is no part of a scope.
function checkDefaultAccount(account: unknown): void {
  if (account === undefined || (typeof account === 'string' && isHeaderText(account))) return;
  throw new TypeError("stripeSecrets: account is the id of a connected account, such as 'acct_123'.");
}

function checkedHeader(client: StripeClient, asked: unknown): AccountHeader {
  if (asked !== undefined && asked !== 'stripeAccount' && asked !== 'stripeContext') {
    throw new TypeError("stripeSecrets: accountHeader is 'stripeAccount' or 'stripeContext'.");
  }
  const configured = (['stripeAccount', 'stripeContext'] as const).find(
    (header) => accountOf(client, header) !== undefined,
  );
  if (configured !== undefined && !isHeaderText(accountOf(client, configured) ?? '')) {
    throw new TypeError(
      `stripeSecrets: the client was configured with a ${configured} that is no id of a connected account, such as 'acct_123'.`,
    );
  }
  if (asked !== undefined && configured !== undefined && asked !== configured) {
    throw new TypeError(
      `stripeSecrets: the client was configured with a ${configured}, which would go along with every ${asked}. Leave one of them out.`,
    );
  }
  return asked ?? configured ?? 'stripeAccount';
}
