import { checkOptions, kindOf } from '@secretkit/core/provider';
import { modeOf } from './api-key.js';
import { accountOf } from './client-config.js';
import { hardeningOf } from './hardening.js';
import { isHeaderText, kindOfBadHeader } from './header-text.js';
import type { AccountHeader, StripeClient } from './stripe-client.js';
import { isUiExtension } from './ui-extension.js';

export interface StripeSecretsOptions {
  /** The result of `createStoreClient` or `createStripeClient`, or a Stripe instance of your own. */
  readonly client: StripeClient;
  /**
   * The account of refs that name none: the id of a connected account that has your app installed.
   * @defaultValue the account that the client was configured with, otherwise the account of the API key
   */
  readonly account?: string;
  /**
   * The header that names the connected account, by stripe-node's name for it: `Stripe-Account` or `Stripe-Context`.
   * @defaultValue `stripeAccount`, or `stripeContext` for a client that was configured with one
   */
  readonly accountHeader?: 'stripeAccount' | 'stripeContext';
  /**
   * The mode that you expect: `true` for live mode. Secrets of the other mode are refused.
   * @defaultValue the mode of the API key, without a check
   */
  readonly livemode?: boolean;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/** The options with their defaults. */
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
    throw new TypeError(
      'stripeSecrets: options must be an object, got a Stripe instance. Write stripeSecrets({ client }).',
    );
  }
  const own = checkOptions('stripeSecrets', options, [
    'client',
    'account',
    'accountHeader',
    'livemode',
    'now',
  ]);
  const { client, account, livemode, now = () => Date.now() } = own;
  if (typeof client?.apps?.secrets?.find !== 'function') {
    throw new TypeError(
      `stripeSecrets: client must be a client of Stripe, got ${kindOf(client)}. Make one with createStoreClient({ apiKey }) of @secretkit/stripe/store-client.`,
    );
  }
  checkAccountOption(account);
  checkMode(client, livemode);
  const accountHeader = checkedHeader(client, own.accountHeader);
  const defaultAccount = account ?? accountOf(client, accountHeader);
  if (defaultAccount !== undefined && isUiExtension(client)) {
    throw new TypeError(
      'stripeSecrets: account must be absent in a UI extension, got one: the Dashboard decides the account. Omit it, in the options of the Stripe instance too.',
    );
  }
  return {
    client,
    account: defaultAccount,
    accountHeader,
    livemode,
    now,
  };
}

function checkMode(client: StripeClient, livemode: boolean | undefined): void {
  const keyMode = hardeningOf(client)?.key.livemode;
  if (livemode === undefined || keyMode === undefined || livemode === keyMode) return;
  throw new TypeError(
    `stripeSecrets: livemode must be the mode of the API key, got ${modeOf(livemode)} mode with a ${modeOf(keyMode)}-mode API key. Use a key of the other mode, or change livemode.`,
  );
}

function checkAccountOption(account: unknown): void {
  if (account === undefined || isHeaderText(account)) return;
  throw new TypeError(
    `stripeSecrets: account must be the id of a connected account, got ${kindOfBadHeader(account)}. Example: acct_123.`,
  );
}

function checkedHeader(client: StripeClient, chosen: unknown): AccountHeader {
  if (chosen !== undefined && chosen !== 'stripeAccount' && chosen !== 'stripeContext') {
    throw new TypeError(
      `stripeSecrets: accountHeader must be 'stripeAccount' or 'stripeContext', got ${typeof chosen === 'string' ? 'another string' : kindOf(chosen)}.`,
    );
  }
  const configured = (['stripeAccount', 'stripeContext'] as const).find(
    (header) => accountOf(client, header) !== undefined,
  );
  const account = configured && accountOf(client, configured);
  if (account !== undefined && !isHeaderText(account)) {
    throw new TypeError(
      `stripeSecrets: the client's ${configured} must be the id of a connected account, got ${kindOfBadHeader(account)}. Example: acct_123.`,
    );
  }
  if (chosen !== undefined && configured !== undefined && chosen !== configured) {
    throw new TypeError(
      `stripeSecrets: accountHeader must be '${configured}', which the client is configured with, got '${chosen}'. One request with both headers could name two accounts.`,
    );
  }
  return chosen ?? configured ?? 'stripeAccount';
}
