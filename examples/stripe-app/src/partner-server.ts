import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

/** A partner on this machine. Its OAuth server accepts a refresh token once. */
export interface PartnerServer {
  readonly url: string;
  /** Returns the number of granted refreshes. */
  refreshes(): number;
  /** Returns the number of refused tokens: expired or unknown. */
  refusals(): number;
  /** Replaces the accepted client secret. */
  rotateClientSecret(clientSecret: string): void;
  close(): Promise<void>;
}

export const tokenLifeMs = 3_600_000;

export async function startPartner(clientSecret: string, now: () => number): Promise<PartnerServer> {
  let accepted = clientSecret;
  let issued = 0;
  let refreshes = 0;
  let refusals = 0;
  const refreshTokens = new Map<string, string>(); // user by token
  const accessTokens = new Map<string, { readonly user: string; readonly expiresAt: number }>();

  function grant(user: string) {
    issued += 1;
    const tokens = {
      access_token: `access-CANARY-${issued}-${user}`,
      refresh_token: `refresh-CANARY-${issued}-${user}`,
    };
    accessTokens.set(tokens.access_token, { user, expiresAt: now() + tokenLifeMs });
    refreshTokens.set(tokens.refresh_token, user);
    return { ...tokens, expires_in: tokenLifeMs / 1_000 };
  }

  const app = new Hono()
    .post('/oauth/token', async (c) => {
      const form = new URLSearchParams(await c.req.text());
      if (form.get('client_secret') !== accepted) return c.json({ error: 'invalid_client' }, 401);
      const [, user] = /^code-of-(\w+)$/.exec(form.get('code') ?? '') ?? [];
      if (user !== undefined) return c.json(grant(user));
      const refreshToken = form.get('refresh_token') ?? '';
      const owner = refreshTokens.get(refreshToken);
      if (owner === undefined) return c.json({ error: 'invalid_grant' }, 400);
      refreshTokens.delete(refreshToken);
      refreshes += 1;
      return c.json(grant(owner));
    })
    .get('/orders', (c) => {
      const token = accessTokens.get(c.req.header('authorization')?.replace('Bearer ', '') ?? '');
      if (token && token.expiresAt > now()) return c.json([`an order of ${token.user}`]);
      refusals += 1;
      return c.json({ error: 'invalid_token' }, 401);
    });

  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response)); // it handles its own failures
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    url: `http://127.0.0.1:${port}`,
    refreshes: () => refreshes,
    refusals: () => refusals,
    rotateClientSecret(next) {
      accepted = next;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
