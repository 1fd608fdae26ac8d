import { abortable, invalid, isPlainObject, isSecretError, own, SecretError } from '@secretkit/core/provider';
import { objectIn, secondsIn, textIn } from './answer-fields.js';
import { singleFlight } from './single-flight.js';
import { type Credential, credentialOf, type VaultAuth, type VaultLoginRequest } from './vault-auth.js';
import { closedError, isDeadToken, refused, textsIn } from './vault-errors.js';
import type { VaultSend } from './vault-http.js';
import { VaultToken } from './vault-token.js';

type Signal = AbortSignal | undefined;

/** Where the tokens of requests come from. */
export interface Login {
  /** Returns the token for a request; logs in if there is none. `undefined`: requests have no token. */
  token(signal: Signal): Promise<VaultToken | undefined>;
  /**
   * Returns another token after one was refused as dead; `undefined` if there is none. One login serves all callers.
   * @throws the failure of the login.
   */
  replaceDead(dead: VaultToken | undefined, signal: Signal): Promise<VaultToken | undefined>;
  /**
   * Returns a newer token after a policy refused a request: the policies of a role may have changed since the login. At most
   * one login a minute; `undefined` if there is no newer one.
   */
  replaceDenied(denied: VaultToken | undefined, signal: Signal): Promise<VaultToken | undefined>;
  /** Renews the token by a timer, also while there are no requests, until the result is disposed. Leases need it. */
  keepAlive(): Disposable;
  /** Revokes the tokens that it has made, with their leases. @throws `unavailable` if one is left. */
  close(): Promise<void>;
}

/** Returns the login of a token that is given. It is asked for at each request: a file may have changed. */
export function givenToken(credential: Credential | undefined): Login {
  let current: VaultToken | undefined;

  async function token(signal: Signal): Promise<VaultToken | undefined> {
    if (credential === undefined) return undefined; // an agent adds its own
    const value = await abortable(credentialOf('token', credential), signal);
    if (current?.reveal() !== value) current = new VaultToken(value);
    return current;
  }

  return {
    token,
    async replaceDead(dead, signal) {
      const other = await token(signal);
      return other === dead ? undefined : other;
    },
    replaceDenied: async () => undefined,
    keepAlive: () => ({ [Symbol.dispose]: () => undefined }),
    close: async () => undefined, // it is not ours
  };
}

export interface MethodLoginOptions {
  readonly auth: VaultAuth;
  readonly send: VaultSend;
  /** The namespace of the auth method, if it is not that of the requests. */
  readonly namespace?: string | undefined;
  /** A clock in milliseconds, for the ends of tokens. */
  readonly now: () => number;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
}

/** After a policy refused a request, the next login for this reason is a minute later. */
const deniedMs = 60_000;
/** A renewal that gives less than its token had at first, by more than this, has reached the maximum. */
const toleranceMs = 1_500;
const firstRetryMs = 1_000;
/** How long `close` takes at most, in milliseconds. */
const closeMs = 2_500;

/** One login: its token, and when to renew it. */
interface Session {
  readonly token: VaultToken;
  readonly isRenewable: boolean;
  /** How long the token lived at its login. */
  readonly lifeMs: number;
  renewAtMs: number;
  failures: number;
}

/**
 * Returns the login of an auth method. A token is renewed when two thirds of its life are over. One that cannot be renewed is
 * followed by a new login before its end. A failed renewal is repeated until the end of the token.
 */
export function methodLogin({ auth, send, namespace, now, random }: MethodLoginOptions): Login {
  const sessions = new Set<Session>(); // those whose tokens may be alive
  let current: Session | undefined;
  let deniedAt = -Infinity;
  let refusedAt = -Infinity;
  let logins = 0; // in flight
  let loggingIn: Promise<unknown> | undefined;
  let keepers = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  let isOver = false; // and nobody waits for a token to revoke
  let tending: Promise<void> | undefined;

  const logIn = singleFlight((signal) => {
    logins += 1;
    const made = logInNow(signal).finally(() => {
      logins -= 1;
    });
    loggingIn = made.catch(() => undefined);
    return made;
  });

  async function logInNow(signal: AbortSignal): Promise<Session> {
    const startedAt = now();
    if (isClosed) throw closedError();
    const request: unknown = await auth.login({ signal, unwrap: (token) => unwrap(token, signal) });
    const { path, body } = checkLoginRequest(request);
    const answer = await send(
      {
        method: 'POST',
        path,
        body,
        signal,
        isAnswer: ({ status, body: failed }) => isRefusal(status, failed),
      },
      undefined,
      namespace,
    );
    if (answer.status >= 400) throw loginRefused(auth.method, answer.status);
    const made = sessionOf(answer.body, startedAt);
    if (isOver)
      await revoke(made).catch(() => undefined); // it ends with its lifetime
    else sessions.add(made);
    if (isClosed) throw closedError();
    if (current) current.token.isFinal = true; // nobody renews it any more
    current = made;
    schedule();
    return made;
  }

  async function unwrap(token: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const path = ['sys', 'wrapping', 'unwrap'];
    const answer = await send(
      { method: 'POST', path, signal, isAnswer: ({ status, body }) => isRefusal(status, body) },
      token,
      namespace,
    );
    if (answer.status < 400) return objectIn(answer.body, 'data') ?? {};
    const problem =
      'the wrapping token has expired, or was used. If nobody of yours used it, revoke the secret id. Provide a new one.';
    throw new SecretError('unauthenticated', `HTTP ${answer.status}: ${problem}`, {
      details: { status: answer.status },
    });
  }

  function sessionOf(body: object | undefined, startedAt: number): Session {
    const fields = objectIn(body, 'auth');
    const token = textIn(fields, 'client_token');
    if (token === undefined) {
      throw new SecretError(
        'invalid_data',
        `the answer to the login by ${auth.method} has no token. Check the option auth, and disable MFA for the role.`,
      );
    }
    const lifeMs = (secondsIn(fields) || Infinity) * 1_000; // 0: it does not end
    const isRenewable = own(fields as { readonly renewable?: unknown } | undefined, 'renewable') === true;
    return {
      token: new VaultToken(token, startedAt + lifeMs, !isRenewable),
      isRenewable,
      lifeMs,
      renewAtMs: startedAt + (lifeMs * 2) / 3,
      failures: 0,
    };
  }

  /** Renews the token, or replaces it, if it is time. */
  function tend(): Promise<void> {
    tending ??= renewOrReplace().finally(() => {
      tending = undefined;
      schedule();
    });
    return tending;
  }

  async function renewOrReplace(): Promise<void> {
    const session = current;
    if (!session || now() < session.renewAtMs) return;
    try {
      if (session.token.isFinal) await logIn(undefined);
      else await renew(session);
      session.failures = 0;
    } catch {
      // The token is alive: the next attempt comes before its end, and a request reports what fails.
      const remainingMs = session.token.endsAtMs - now();
      const backoffMs =
        Math.min(firstRetryMs * 2 ** session.failures, remainingMs / 3) * (0.5 + random() / 2);
      session.failures += 1;
      session.renewAtMs = now() + backoffMs;
    }
  }

  async function renew(session: Session): Promise<void> {
    const { token, lifeMs } = session;
    const startedAt = now();
    const answer = await send(
      {
        method: 'POST',
        path: ['auth', 'token', 'renew-self'],
        body: { increment: Math.round(lifeMs / 1_000) },
      },
      token.reveal(),
      namespace,
    );
    const granted = secondsIn(objectIn(answer.body, 'auth'));
    if (answer.status === 403) {
      if (isDeadToken(answer)) token.endsAtMs = now(); // and so do its leases
      token.isFinal = true;
      if (session === current) current = undefined; // the next request logs in
      return;
    }
    if (granted === undefined)
      throw new SecretError('invalid_data', 'the answer to a renewal has no duration.');
    const seconds = granted || Infinity;
    const isLonger = startedAt + seconds * 1_000 > token.endsAtMs;
    token.endsAtMs = startedAt + seconds * 1_000;
    token.isFinal = !isLonger || seconds * 1_000 < lifeMs - toleranceMs;
    session.renewAtMs = startedAt + waitMs(seconds * 1_000, lifeMs);
  }

  /** Two thirds of what is left; and the rest is never less than a third of the life: another login takes time, too. */
  function waitMs(leftMs: number, lifeMs: number): number {
    return Math.max(0, Math.min((leftMs * 2) / 3, leftMs - lifeMs / 3));
  }

  function schedule(): void {
    clearTimeout(timer);
    if (!current || keepers === 0 || isClosed || !Number.isFinite(current.renewAtMs)) return;
    timer = setTimeout(() => void tend(), Math.min(2 ** 31 - 1, Math.max(0, current.renewAtMs - now()))); // it never rejects
    (timer as { unref?(): void }).unref?.(); // a process must not live for it
  }

  function forgetEnded(): void {
    for (const session of sessions) if (session.token.endsAtMs <= now()) sessions.delete(session);
  }

  return {
    async token(signal) {
      if (isClosed) throw closedError();
      forgetEnded();
      const session = current;
      if (!session || session.token.endsAtMs <= now()) return (await logIn(signal)).token;
      if (session.renewAtMs <= now()) void tend(); // beside the request; it never rejects
      return session.token;
    },

    async replaceDead(dead, signal) {
      if (current && current.token !== dead) return current.token;
      if (dead && !dead.isProven) {
        // Refused from its start, such as from a wrong address: another login makes one more of its kind.
        if (logins === 0 && now() - refusedAt < deniedMs) return undefined;
        refusedAt = now();
        dead.isFinal = true;
      } else {
        if (dead) dead.endsAtMs = now(); // its leases have ended, too
        for (const session of sessions) if (session.token === dead) sessions.delete(session);
      }
      current = undefined;
      return (await logIn(signal)).token;
    },

    async replaceDenied(denied, signal) {
      if (current && current.token !== denied) return current.token;
      if (logins === 0 && now() - deniedAt < deniedMs) return undefined;
      deniedAt = now();
      return (await logIn(signal)).token;
    },

    keepAlive() {
      let isKept = true;
      keepers += 1;
      schedule();
      return {
        [Symbol.dispose]() {
          if (isKept) keepers -= 1;
          isKept = false;
          schedule();
        },
      };
    },

    async close() {
      isClosed = true;
      clearTimeout(timer);
      current = undefined;
      const limit = new AbortController();
      const timeout = setTimeout(() => limit.abort(tooSlow()), closeMs);
      const isLoggedIn = abortable(Promise.resolve(loggingIn), limit.signal);
      const outcomes = await Promise.allSettled([
        revokeAll(limit.signal),
        isLoggedIn.then(() => revokeAll(limit.signal)),
      ]);
      clearTimeout(timeout);
      isOver = true;
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) throw notRevoked(failed.reason);
    },
  };

  async function revokeAll(signal: AbortSignal): Promise<void> {
    forgetEnded();
    const living = [...sessions];
    sessions.clear();
    await Promise.all(living.map((session) => revoke(session, signal)));
  }

  async function revoke({ token }: Session, signal?: AbortSignal): Promise<void> {
    const path = ['auth', 'token', 'revoke-self'];
    const answer = await send({ method: 'POST', path, signal }, token.reveal(), namespace);
    if (answer.status === 403 && !isDeadToken(answer)) throw refused(false);
  }
}

function tooSlow(): SecretError {
  return new SecretError('timeout', `the server did not answer within ${closeMs} ms.`);
}

/** Returns the failure of a revocation, or of a login in flight, which may have made a token. */
function notRevoked(failure: unknown): unknown {
  if (!isSecretError(failure)) return failure;
  const problem = `${failure.problem} The token of the login could not be revoked, and ends with its lifetime.`;
  return new SecretError('unavailable', problem, { details: failure.details });
}

/** A failed login is a 400, as are some outages: those have a row in the table of errors. */
function isRefusal(status: number | undefined, body: object | undefined): boolean {
  return (
    status === 400 && !textsIn({ body }).some((text) => /context (canceled|deadline exceeded)/.test(text))
  );
}

function loginRefused(method: string, status: number): SecretError {
  return new SecretError(
    'unauthenticated',
    `HTTP ${status}: the login by ${method} was refused. Check the role and its credential: it may have expired, or be used up.`,
    { details: { status } },
  );
}

/** @throws `invalid_argument` for the result of a method that is not one of ours. */
function checkLoginRequest(request: unknown): VaultLoginRequest {
  const { path, body } = (request ?? {}) as Partial<VaultLoginRequest>;
  if (Array.isArray(path) && isPlainObject(body)) return { path, body };
  throw invalid('auth.login must return { path, body }, with the parts of the path as a list.');
}
