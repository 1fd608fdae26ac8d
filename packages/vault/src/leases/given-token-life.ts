import { numberIn, objectIn } from '../answer-fields.js';
import type { Login } from '../login.js';
import { isDeadToken, refused } from '../vault-errors.js';
import type { VaultSend } from '../vault-http.js';
import type { VaultToken } from '../vault-token.js';
import type { LoginLife } from './lease.js';

/**
 * Returns a function that asks how long a token lives that is not of our own login: its leases end with it, also if its file has
 * another one by now. A token that may not ask about itself is taken for one that does not end.
 */
export function givenTokenLife(
  send: VaultSend,
  login: Login,
  nowMs: () => number,
): (token: VaultToken | undefined, signal: AbortSignal) => Promise<LoginLife | undefined> {
  return async (token, signal) => {
    if (!token) return undefined; // an agent has its own
    const life = {
      endsAtMs: Infinity,
      isFinal: false,
      async refresh(refreshSignal: AbortSignal): Promise<void> {
        life.isFinal = (await login.token(refreshSignal)) !== token;
        if (!life.isFinal) life.endsAtMs = await endOf(token, refreshSignal);
      },
    };
    life.endsAtMs = await endOf(token, signal).catch(() => Infinity);
    return life;
  };

  async function endOf(token: VaultToken, signal: AbortSignal): Promise<number> {
    const startedAtMs = nowMs();
    const answer = await send({ path: ['auth', 'token', 'lookup-self'], signal }, token.reveal());
    if (answer.status === 403) throw refused(isDeadToken(answer));
    const ttl = numberIn(objectIn(answer.body, 'data'), 'ttl');
    return ttl ? startedAtMs + ttl * 1_000 : Infinity; // 0: it does not end
  }
}
