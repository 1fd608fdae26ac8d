/** A request that the fake server has received. */
export interface FakeRequest {
  readonly method: string;
  /** Below `/v1/`, with the query. */
  readonly path: string;
  readonly token: string | undefined;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | null | undefined;
}

type Answer = readonly [status: number, body?: object, headers?: Readonly<Record<string, string>>];

/**
 * A server in memory, for what one node of OpenBao cannot show: replicas that lag behind, Kubernetes, the texts of Vault, and
 * tokens by a clock of a test. Its `fetch` is an option of the provider.
 */
export interface FakeVault {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: readonly FakeRequest[];
  /** The tokens that are alive, and when they end. */
  readonly tokens: Map<string, number>;
  /** How long a token lives after its login, and after a renewal. */
  ttlMs: number;
  /** How long a token can be renewed at most. */
  maxTtlMs: number;
  isRenewable: boolean;
  /** The paths that no policy allows to tokens before this one: `CANARY-token-2`. */
  deniedBefore: number;
  /** The texts of a 403 for a dead token. */
  deadTexts: readonly string[];
  /** Answers a request in place of the server. */
  answer: ((request: FakeRequest) => Answer | Promise<Answer> | undefined) | undefined;
  /** Returns the number of requests for a path that starts with this. */
  count(start: string): number;
}

export function fakeVault(now: () => number): FakeVault {
  const requests: FakeRequest[] = [];
  const made = new Map<string, number>(); // by token, when
  let logins = 0;

  function login(): Answer {
    logins += 1;
    const token = `CANARY-token-${logins}`;
    made.set(token, now());
    return [200, { auth: authOf(token) }];
  }

  function authOf(token: string): object {
    const remainingMs = (made.get(token) ?? 0) + vault.maxTtlMs - now();
    const lifeMs = Math.min(vault.ttlMs, remainingMs);
    vault.tokens.set(token, now() + lifeMs);
    return { client_token: token, lease_duration: lifeMs / 1_000, renewable: vault.isRenewable };
  }

  function answerTo({ path, token }: FakeRequest): Answer {
    if (/^auth\/[\w/]+\/login$/.test(path)) return login();
    if (token === undefined || (vault.tokens.get(token) ?? -1) <= now()) {
      return [403, { errors: vault.deadTexts }];
    }
    if (path === 'auth/token/renew-self') return [200, { auth: authOf(token) }];
    if (path === 'auth/token/revoke-self') {
      vault.tokens.delete(token);
      return [204];
    }
    if (Number(token.split('-').at(-1)) < vault.deniedBefore) {
      return [403, { errors: ['1 error occurred:\n\t* permission denied\n\n'] }];
    }
    const metadata = { version: 1, created_time: '2026-01-01T00:00:00.123456789Z', deletion_time: '' };
    return [200, { data: { data: { value: 'a value', version: 1 }, metadata } }];
  }

  const vault: FakeVault = {
    requests,
    tokens: new Map([['CANARY-given', Infinity]]),
    ttlMs: 3_600_000,
    maxTtlMs: Infinity,
    isRenewable: true,
    deniedBefore: 0,
    deadTexts: ['permission denied'],
    answer: undefined,
    count: (start) => requests.filter(({ path }) => path.startsWith(start)).length,
    async fetch(url, init) {
      const headers = new Headers(init?.headers);
      const { pathname, search } = new URL(String(url));
      const request: FakeRequest = {
        method: init?.method ?? 'GET',
        path: pathname.replace(/^\/v1\//, '') + search,
        token: headers.get('x-vault-token') ?? undefined,
        headers,
        body: JSON.parse(String(init?.body || '{}')) as FakeRequest['body'], // objects only
        signal: init?.signal,
      };
      requests.push(request);
      await Promise.resolve();
      const [status, body, more] = (await vault.answer?.(request)) ?? answerTo(request);
      return new Response(body === undefined ? null : JSON.stringify(body), {
        status,
        headers: { 'content-type': 'application/json', ...more },
      });
    },
  };
  return vault;
}
