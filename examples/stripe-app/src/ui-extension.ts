import Stripe from 'stripe';

/** The user of the app's UI extension in the Stripe Dashboard. */
export interface Viewer {
  readonly account_id: string;
  readonly user_id: string;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | null;
}

/** Sends a request as the UI extension does: a body with the viewer's ids, with Stripe's signature. */
export function fromExtension(
  url: string,
  body: Viewer & Readonly<Record<string, unknown>>,
  signingSecret: string,
  signedAt: number,
): Promise<Reply> {
  const payload = JSON.stringify(body);
  const timestamp = Math.floor(signedAt / 1_000);
  return send(
    url,
    payload,
    Stripe.webhooks.generateTestHeaderString({ payload, secret: signingSecret, timestamp }),
  );
}

export async function send(url: string, body: string, signature: string): Promise<Reply> {
  const headers = { 'stripe-signature': signature, connection: 'close' };
  const response = await fetch(url, { method: 'POST', body, headers });
  return {
    status: response.status,
    body: await response.json(),
    retryAfter: response.headers.get('retry-after'),
  };
}
