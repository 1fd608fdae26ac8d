import { isSecretError, SecretError } from '@secretkit/core/provider';
import { boundedFetch, type ReadResponse, retryAfterMs } from '@secretkit/http/transport';
import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  None,
  processRefreshTokenResponse,
  ResponseBodyError,
  refreshTokenGrantRequest,
} from 'oauth4webapi';
import { GrantFailure, refusedGrant } from './grant-failure.js';
import type { OAuthSettings } from './oauth-options.js';
import type { TokenResponse } from './token-record.js';
import type { TokenStore } from './token-store.js';

/**
 * Exchanges a refresh token for new tokens. `isInTime` is called just before the request is sent.
 * @throws `GrantFailure`; as `secrets.use` for the client secret.
 */
export type RequestGrant = (refreshToken: string, isInTime: () => boolean) => Promise<TokenResponse>;

/** The request did not reach the server. */
const unsent: ReadonlySet<string | undefined> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export function tokenEndpoint(secrets: Pick<TokenStore, 'use'>, settings: OAuthSettings): RequestGrant {
  const { tokenEndpoint: url, clientId, clientSecret, clientAuth, now } = settings;
  const server: AuthorizationServer = { issuer: new URL(url).origin, token_endpoint: url };
  const client: Client = { client_id: clientId };
  const authenticate = clientAuth === 'basic' ? ClientSecretBasic : ClientSecretPost;
  const send = sender(settings);

  async function request(
    refreshToken: string,
    isInTime: () => boolean,
    authentication: ClientAuth,
  ): Promise<TokenResponse> {
    try {
      const response = await refreshTokenGrantRequest(server, client, authentication, refreshToken, {
        [customFetch](target, init) {
          if (isInTime()) return send(target, init);
          const problem = 'the store was too slow for a renewal. Check its timeouts.';
          throw new GrantFailure('late', new SecretError('unavailable', problem));
        },
        [allowInsecureRequests]: true, // only on this machine: the options are checked
      });
      return await processRefreshTokenResponse(server, client, response);
    } catch (error) {
      if (error instanceof GrantFailure) throw error;
      if (error instanceof ResponseBodyError) {
        const headers = Object.fromEntries(error.response.headers.entries());
        throw refusedGrant(error.status, error.error, retryAfterMs(headers, now()));
      }
      const problem =
        'the answer of the token endpoint has no tokens. Check tokenEndpoint, and any proxy before it.';
      throw new GrantFailure('lost', new SecretError('invalid_data', problem)); // its own error quotes the body
    }
  }

  if (clientSecret === undefined) {
    return (refreshToken, isInTime) => request(refreshToken, isInTime, None());
  }
  const isAuthFailure = (failure: unknown): boolean =>
    failure instanceof GrantFailure && failure.failure.details.vendorCode === 'invalid_client';
  return (refreshToken, isInTime) =>
    secrets.use(clientSecret, (secret) => request(refreshToken, isInTime, authenticate(secret.reveal())), {
      isAuthFailure, // a client secret that was rotated is read again
    });
}

/** Returns the `fetch` for grants: bounded in time and size, with an answer that is reduced to what is used. */
function sender({ fetch, timeoutMs, now }: OAuthSettings) {
  const sent = new WeakMap<SecretError, boolean>();
  const bounded = boundedFetch({
    owner: 'oauthTokens',
    fetch,
    connectionError({ host, networkCode, details }) {
      const place = networkCode === undefined ? host : `${host} (${networkCode})`;
      const problem = `the connection to the token endpoint failed: ${place}. Check the network, and try again.`;
      const failure = new SecretError('unavailable', problem, { details });
      sent.set(failure, !unsent.has(networkCode));
      return failure;
    },
  });

  return async (url: string, init: { readonly headers: Record<string, string>; readonly body: unknown }) => {
    let answer: ReadResponse;
    try {
      answer = await bounded(url, {
        method: 'POST',
        headers: init.headers,
        body: String(init.body),
        timeoutMs,
      });
    } catch (error) {
      const failure = isSecretError(error) ? error : new SecretError('unavailable', 'the request failed.');
      throw new GrantFailure(sent.get(failure) === false ? 'kept' : 'lost', failure);
    }
    return responseOf(answer, now());
  };
}

/** @throws `GrantFailure` for an answer that is not the server's, and for one that asks for another attempt. */
function responseOf({ status, headers, text }: ReadResponse, nowMs: number): Response {
  const wait = retryAfterMs(Object.fromEntries(headers.entries()), nowMs);
  const body = objectIn(text);
  const unavailable = (problem: string, outcome: 'kept' | 'lost'): GrantFailure => {
    const remedy = 'Try again later; check tokenEndpoint, and any proxy before it.';
    const fields = { details: { status }, retryAfterMs: wait };
    return new GrantFailure(
      outcome,
      new SecretError('unavailable', `HTTP ${status}: ${problem}. ${remedy}`, fields),
    );
  };
  if (status === 408 || status === 429) throw unavailable('the server asks for another attempt', 'kept');
  if (status >= 500) throw unavailable('the server failed', 'lost');
  if (body === undefined)
    throw unavailable('the answer is not a JSON object', status < 400 ? 'lost' : 'kept');
  const { error, access_token: accessToken } = body;
  const isRefusal = status >= 400 || (typeof error === 'string' && accessToken === undefined); // some servers send 200
  if (!isRefusal) return Response.json(tokensIn(body));
  const retryAfter = { ...(wait !== undefined && { 'retry-after': String(Math.ceil(wait / 1_000)) }) };
  const code = typeof error === 'string' && error !== '' ? error : 'none';
  return Response.json({ error: code }, { status: Math.max(400, status), headers: retryAfter });
}

/** Only the fields that are used: a wrong date or an ID token must not cost the new refresh token. */
function tokensIn(body: Readonly<Record<string, unknown>>): object {
  const { access_token, refresh_token, expires_in, scope } = body;
  const seconds = Number(expires_in);
  return {
    access_token,
    token_type: 'bearer',
    ...(typeof refresh_token === 'string' && refresh_token !== '' && { refresh_token }),
    ...(Number.isFinite(seconds) && seconds > 0 && { expires_in: seconds }),
    ...(typeof scope === 'string' && { scope }),
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : undefined;
  } catch {
    return undefined; // the parser's error quotes its input
  }
}
