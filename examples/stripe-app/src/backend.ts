import {
  isSecretError,
  type ScopedSecrets,
  type SecretErrorCode,
  type SecretScope,
  type Secrets,
} from '@secretkit/core';
import type { OAuthTokens } from '@secretkit/oauth';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { clientSecret } from './connections.js';
import { HttpFailure } from './http-failure.js';
import { type Identity, identify } from './identity.js';
import type { Partner } from './partner.js';

/** The context of a handler: the sender, a client in its scope, and the request's body. */
interface Signed {
  readonly Variables: {
    readonly sender: Identity;
    readonly tenant: ScopedSecrets;
    readonly body: Readonly<Record<string, unknown>>;
  };
}

export interface BackendParts {
  readonly secrets: Secrets;
  readonly connections: OAuthTokens;
  readonly partner: Partner;
  readonly now: () => number;
}

const statuses: Partial<Record<SecretErrorCode, ContentfulStatusCode>> = {
  not_found: 404, // the user has not connected
  unauthenticated: 404, // the partner has ended the connection: the user must connect again
  invalid_argument: 403, // a request for another tenant's secret
};

/** The routes of the backend. Stripe signs every request, which is served in the scope of its account and user. */
export function backend({ secrets, connections, partner, now }: BackendParts) {
  const signed = createMiddleware<Signed>(async (c, next) => {
    const text = await c.req.text();
    const identity = await identify(secrets, text, c.req.header('stripe-signature'), now());
    if (!identity) return c.json({ error: 'signature' }, 401);
    c.set('sender', identity);
    c.set('tenant', secrets.scoped(identity));
    c.set('body', JSON.parse(text) as Record<string, unknown>); // it is valid JSON: identify has parsed it
    await next();
    return undefined;
  });

  return new Hono<Signed>()
    .use(cors({ origin: '*', allowHeaders: ['stripe-signature'] })) // the frame of an extension has no origin; the signature decides
    .use(signed)
    .post('/connect', async (c) => {
      const code = String(c.var.body['code']);
      // `use` handles a rotated client secret: refused once, read again, tried again.
      const answer = await secrets.use(clientSecret, (secret) => partner.exchange(code, secret));
      await connections.connect(c.var.sender, answer);
      return c.json({ connected: true });
    })
    .post('/orders', async (c) =>
      c.json(await connections.use(c.var.sender, (token) => partner.orders(token))),
    )
    .post('/connection', async (c) => {
      // The sender chooses the scope; the client refuses any scope but the sender's own.
      const { of } = c.var.body as { of?: SecretScope };
      const ref = of === undefined ? 'oauth' : { name: 'oauth', scope: of };
      return c.json({ connected: (await c.var.tenant.get(ref)) !== undefined });
    })
    .onError((error, c) => {
      if (error instanceof HttpFailure) return c.json({ error: 'partner' }, 502);
      if (!isSecretError(error)) return c.json({ error: 'internal' }, 500);
      const status = statuses[error.code] ?? 503;
      if (status === 503) c.header('retry-after', String(Math.ceil((error.retryAfterMs ?? 5_000) / 1_000)));
      return c.json({ error: error.code }, status);
    });
}
