import { vi } from 'vitest';

/** What the server does with one request; without a script it grants. */
export type Script =
  | 'hang' // uses the token, and never answers
  | 'lose' // uses the token, and cuts the connection
  | 'refuse-connection'
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | { readonly granted: Readonly<Record<string, unknown>> }; // fields of the answer

/** A token endpoint with refresh tokens that can be used once. The use of an old one ends the whole grant. */
export interface FakeTokenServer {
  readonly fetch: typeof globalThis.fetch;
  /** The requests so far. */
  readonly requests: { readonly authorization: string | null; readonly body: URLSearchParams }[];
  /** Scripts for the next requests. */
  readonly script: Script[];
  grants: number;
  /** How long a used token is accepted again. */
  reuseWindowMs: number;
  /** Ends the grant, as its user may. */
  end(): void;
  /** Called before an answer. */
  beforeAnswer: () => Promise<void>;
}

export const first = { access_token: 'CANARY-access-0', refresh_token: 'CANARY-refresh-0', expires_in: 3600 };

export function fakeTokenServer(): FakeTokenServer {
  let current = 0;
  let usedAt = 0;
  let ended = false;

  const grant = (body: URLSearchParams): Response => {
    const presented = Number(body.get('refresh_token')?.replace('CANARY-refresh-', ''));
    const isReuse = presented === current - 1 && Date.now() - usedAt < server.reuseWindowMs;
    if (presented !== current && !isReuse) ended = true;
    if (ended) return Response.json({ error: 'invalid_grant', error_description: 'CANARY' }, { status: 400 });
    server.grants += 1;
    if (!isReuse) {
      current += 1;
      usedAt = Date.now();
    }
    return Response.json({
      access_token: `CANARY-access-${current}`,
      refresh_token: `CANARY-refresh-${current}`,
      token_type: 'Bearer',
      expires_in: 3600,
    });
  };

  const server: FakeTokenServer = {
    requests: [],
    script: [],
    grants: 0,
    reuseWindowMs: 0,
    end: () => (ended = true),
    beforeAnswer: () => Promise.resolve(),
    fetch: vi.fn(async (_url: unknown, init?: RequestInit) => {
      const body = new URLSearchParams(String(init?.body));
      server.requests.push({ authorization: new Headers(init?.headers).get('authorization'), body });
      const script = server.script.shift();
      if (script === 'refuse-connection') throw networkError('ECONNREFUSED');
      if (typeof script === 'object' && 'status' in script) {
        const text = typeof script.body === 'string' ? script.body : JSON.stringify(script.body ?? {});
        return new Response(text, { status: script.status, headers: script.headers ?? {} });
      }
      const answer = grant(body);
      await server.beforeAnswer();
      if (script === 'lose') throw networkError('ECONNRESET');
      if (script === 'hang') await new Promise(() => undefined);
      if (typeof script === 'object' && 'granted' in script) {
        return Response.json({ ...((await answer.json()) as object), ...script.granted });
      }
      return answer;
    }),
  };
  return server;
}

function networkError(code: string): Error {
  return Object.assign(new TypeError('fetch failed'), { cause: { code } });
}
