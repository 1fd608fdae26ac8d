// A real OAuth server on this machine, `oidc-provider` with rotating refresh tokens, and an API that takes its access tokens.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

/** Returns a name for a token that is not the token. */
export const nameOf = (token) => createHash('sha256').update(String(token)).digest('hex').slice(0, 12);

/**
 * Starts it. With `reuseWindowMs`, a used refresh token is accepted again for that long, as some servers do. `log` gets each grant,
 * and `fault` decides what happens to a request: `before` or `after` the token is used, and how.
 */
export async function startOAuthServer({
  accessTokenSeconds = 86_400,
  reuseWindowMs = 0,
  log = () => undefined,
  fault = () => undefined,
} = {}) {
  const grants = { count: 0, refused: 0 };
  let since = 0; // the API accepts tokens that were issued later
  const issuedAt = new Map();

  const callbacks = { provider: undefined };
  const server = createServer(async (request, response) => {
    if (request.url === '/api') return answerApi(request, response);
    if (request.url !== '/token') return callbacks.provider(request, response);
    const failing = fault();
    const entry = {
      at: Date.now(),
      pid: Number(request.headers['x-pid']),
      fault: failing && `${failing.how} ${failing.when}`,
    };
    request.entry = entry;
    response.on('close', () => {
      entry.delivered = response.writableFinished && entry.fault === undefined;
      log(entry);
    });
    if (failing?.when === 'before') return fail(failing.how, response);
    if (failing?.when === 'after') {
      const { writeHead, end, write } = response; // the server works, and its answer is replaced
      Object.assign(response, {
        writeHead: () => response,
        write: () => true,
        end() {
          Object.assign(response, { writeHead, end, write });
          fail(failing.how, response);
          return response;
        },
      });
    }
    return callbacks.provider(request, response);
  });

  function fail(how, response) {
    if (how === 'hang') return;
    if (how === 'cut') return response.socket.destroy();
    response.statusCode = 503;
    response.removeHeader('content-length');
    response.end('down');
  }

  async function answerApi(request, response) {
    const token = request.headers.authorization?.replace('Bearer ', '');
    const found = await provider.AccessToken.find(token);
    const isAccepted = found !== undefined && found.isValid && (issuedAt.get(token) ?? 0) > since;
    response.writeHead(isAccepted ? 200 : 401).end();
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve)); // a thousand calls at once
  const url = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(url, {
    adapter: adapterWith(reuseWindowMs),
    clients: [
      {
        client_id: 'app',
        client_secret: 'example',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['https://app.example/callback'],
      },
    ],
    cookies: { keys: ['example'] },
    jwks: undefined,
    rotateRefreshToken: true,
    features: { devInteractions: { enabled: false } },
    ttl: { AccessToken: accessTokenSeconds, RefreshToken: 86_400, Grant: 86_400, IdToken: 3_600 },
    findAccount: async (_, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
  });
  callbacks.provider = provider.callback();
  provider.on('grant.success', (ctx) => {
    const { access_token: accessToken, refresh_token: refreshToken } = ctx.body;
    issuedAt.set(accessToken, performance.now());
    grants.count += 1;
    Object.assign(ctx.req.entry, {
      presented: nameOf(ctx.oidc.params.refresh_token),
      issued: nameOf(refreshToken),
      at: Date.now(),
    });
  });
  provider.on('grant.error', (ctx, error) => {
    grants.refused += 1;
    Object.assign(ctx.req.entry, {
      presented: nameOf(ctx.oidc?.params?.refresh_token),
      error: error.error,
      at: Date.now(),
    });
  });
  const client = await provider.Client.find('app');

  return {
    tokenEndpoint: `${url}/token`,
    api: `${url}/api`,
    grants,
    /** From now on the API takes only tokens that are issued later. */
    refuseTokens: () => (since = performance.now()),
    /** Returns the answer of the token endpoint to a user who has just agreed. */
    async agree(accountId) {
      const grant = new provider.Grant({ accountId, clientId: 'app' });
      grant.addOIDCScope('openid offline_access');
      const of = {
        client,
        accountId,
        grantId: await grant.save(),
        scope: 'openid offline_access',
        gty: 'authorization_code',
      };
      const refresh = new provider.RefreshToken({
        ...of,
        iiat: Math.floor(Date.now() / 1_000),
        rotations: 0,
      });
      const access = await new provider.AccessToken({ ...of }).save();
      issuedAt.set(access, performance.now());
      return { access_token: access, refresh_token: await refresh.save(), expires_in: accessTokenSeconds };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An adapter in memory. It reports the use of a refresh token when the window has passed. */
function adapterWith(reuseWindowMs) {
  const models = new Map();
  return class {
    constructor(model) {
      if (!models.has(model)) models.set(model, new Map());
      this.entries = models.get(model);
    }
    async upsert(id, payload) {
      this.entries.set(id, payload);
    }
    async find(id) {
      const payload = this.entries.get(id);
      if (!payload?.consumedAtMs || Date.now() - payload.consumedAtMs < reuseWindowMs) {
        return payload && { ...payload, consumed: undefined };
      }
      return payload;
    }
    async findByUid() {
      return undefined;
    }
    async findByUserCode() {
      return undefined;
    }
    async consume(id) {
      const payload = this.entries.get(id);
      payload.consumedAtMs ??= Date.now(); // a second use within the window does not lengthen it
      payload.consumed = Math.floor(payload.consumedAtMs / 1_000);
    }
    async destroy(id) {
      this.entries.delete(id);
    }
    async revokeByGrantId(grantId) {
      for (const entries of models.values()) {
        for (const [id, payload] of entries) if (payload.grantId === grantId) entries.delete(id);
      }
    }
  };
}
