import { isSecretError, type Secrets } from '@secretkit/core';
import fetchStripeSignature from '@stripe/ui-extension-sdk/signature';
import { Banner, Button, ContextView } from '@stripe/ui-extension-sdk/ui';
import { useState } from 'react';
import type { ViewContext } from '../page-settings.js';

interface Outcome {
  readonly type: 'default' | 'critical';
  readonly title: string;
  readonly description: string;
}

const name = 'partner-api-key';

/** A view that keeps a user's API key for a partner, and shows the orders of the connection that the backend keeps. */
export function View({ secrets, context }: { readonly secrets: Secrets; readonly context: ViewContext }) {
  const [outcome, setOutcome] = useState<Outcome>({
    type: 'default',
    title: 'Ready',
    description: 'Choose an action.',
  });
  const own = secrets.scoped({ user: context.userContext.id });

  /** Runs an action, and shows its result or the error's own message, which has no value. */
  const action = (title: string, run: () => Promise<string>) => async () => {
    setOutcome({ type: 'default', title: 'Working', description: 'Waiting for the Dashboard.' });
    try {
      setOutcome({ type: 'default', title, description: await run() });
    } catch (error) {
      const [title, description] = isSecretError(error)
        ? [error.code, error.problem]
        : ['failed', String(error)];
      setOutcome({ type: 'critical', title, description });
    }
  };

  const store = async (): Promise<string> => {
    await own.set(name, newKey());
    return 'The key is stored for you, on this account.';
  };
  const read = async (): Promise<string> => {
    const key = await own.get(name, { fresh: true });
    return key ? `The key ends in ${key.reveal().slice(-4)}.` : 'There is no key.';
  };
  const revoke = async (): Promise<string> => {
    await own.delete(name);
    return 'The key is gone.';
  };
  const readOther = async (): Promise<string> => {
    await secrets.scoped({ user: 'usr_bob' }).get(name);
    return 'This must not happen.';
  };
  const orders = async (): Promise<string> => {
    const before = await tokenOf(own);
    const answer = await askBackend(context, '/orders');
    const after = await tokenOf(own);
    return `${answer} The token is ${before === after ? 'the same' : 'a new one'}.`;
  };

  return (
    <ContextView
      title="Partner"
      banner={<Banner type={outcome.type} title={outcome.title} description={outcome.description} />}
    >
      <Button type="primary" onPress={action('Set', store)}>
        Set the key
      </Button>
      <Button onPress={action('Read', read)}>Read</Button>
      <Button onPress={action('Rotated', store)}>Rotate</Button>
      <Button type="destructive" onPress={action('Revoked', revoke)}>
        Revoke
      </Button>
      <Button onPress={action('Read', readOther)}>Read the key of Bob</Button>
      <Button onPress={action('Orders', orders)}>Orders</Button>
    </ContextView>
  );
}

/** An example of a key that the partner would show. */
function newKey(): string {
  return `example-${crypto.randomUUID()}`;
}

/** Reads one field of the connection. An extension never renews it: two tabs would use one refresh token twice. */
async function tokenOf(own: Pick<Secrets, 'get'>): Promise<string | undefined> {
  const token = await own.get({ name: 'oauth', field: 'access_token' }, { fresh: true });
  return token?.reveal();
}

/** Sends a request to the backend, with the signature of the Dashboard over its body. */
async function askBackend({ userContext, backendUrl }: ViewContext, path: string): Promise<string> {
  const body = JSON.stringify({ user_id: userContext.id, account_id: userContext.account.id });
  const headers = { 'stripe-signature': await fetchStripeSignature() };
  const response = await fetch(backendUrl + path, { method: 'POST', body, headers });
  if (!response.ok) throw new Error(`The backend answered ${response.status}.`);
  return JSON.stringify(await response.json());
}
