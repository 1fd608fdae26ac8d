import { throwIfAborted } from '@secretkit/core/provider';
import type { HttpAnswer } from '@secretkit/http';
import type { Login } from './login.js';
import { isDeadToken, refused } from './vault-errors.js';
import type { VaultRequest, VaultSend } from './vault-http.js';
import type { VaultToken } from './vault-token.js';

/** The answer to a request. */
export interface VaultAnswer extends HttpAnswer<object | undefined> {
  /** The token that the request was made with. A lease ends with the token that made it. */
  readonly token: VaultToken | undefined;
}

/**
 * Sends a request with the token of the login. Logs in before, if there is no token. After a 403 for a dead token it logs in
 * again, once for all requests that wait, and repeats the request once.
 *
 * @throws the error of the table; `unauthenticated` for a token that is not accepted; the reason of the signal.
 */
export type VaultCall = (request: VaultRequest) => Promise<VaultAnswer>;

/** Returns the function that sends requests with the token of a login. */
export function vaultCalls(send: VaultSend, login: Login): VaultCall {
  return async (request) => {
    const { signal } = request;
    throwIfAborted(signal);
    const token = await login.token(signal);
    const answer = await send(request, token?.reveal());
    const isDead = answer.status === 403 && isDeadToken(answer);
    if (token && !isDead) token.isProven = true;
    if (answer.status !== 403) return { ...answer, token };
    const other = await (isDead ? login.replaceDead(token, signal) : login.replaceDenied(token, signal));
    if (!other) throw refused(isDead);
    const second = await send(request, other.reveal());
    const isSecondDead = second.status === 403 && isDeadToken(second);
    if (!isSecondDead) other.isProven = true;
    if (second.status === 403) throw refused(isSecondDead);
    return { ...second, token: other };
  };
}
