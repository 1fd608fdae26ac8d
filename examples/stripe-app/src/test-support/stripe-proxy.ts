import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../../../packages/http/test/self-signed.js';

/** An https server in front of an emulator. It answers the frame of an extension with CORS headers, as `api.stripe.com` does. */
export interface StripeProxy {
  readonly port: number;
  /** Returns the origins of the requests, each once. */
  origins(): readonly (string | undefined)[];
  preflights(): number;
  close(): Promise<void>;
}

/** Starts the proxy. Its requests are those of an app that is installed on this account. */
export async function startStripeProxy(
  target: () => string,
  { account }: { readonly account: string },
): Promise<StripeProxy> {
  const origins = new Set<string | undefined>();
  let preflights = 0;
  const server = createServer(selfSigned(), (request, response) => {
    origins.add(request.headers.origin);
    response
      .setHeader('access-control-allow-origin', '*')
      .setHeader('access-control-expose-headers', 'Request-Id');
    if (request.method === 'OPTIONS') {
      preflights += 1;
      response.setHeader('access-control-allow-methods', 'GET, POST');
      response.setHeader(
        'access-control-allow-headers',
        request.headers['access-control-request-headers'] ?? '',
      );
      response.writeHead(204).end();
      return;
    }
    const { authorization = '', 'content-type': type, 'idempotency-key': key } = request.headers;
    const headers = {
      authorization,
      'stripe-account': account,
      ...(type !== undefined && { 'content-type': type }),
      ...(typeof key === 'string' && { 'idempotency-key': key }),
    };
    void (async () => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
      const init = { method: request.method ?? 'GET', headers, ...(text !== '' && { body: text }) };
      const answer = await fetch(target() + (request.url ?? ''), init);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    })().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // a listening TCP server has one
    origins: () => [...origins],
    preflights: () => preflights,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
