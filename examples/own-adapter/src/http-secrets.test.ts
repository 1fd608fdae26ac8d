import { describeProvider, type FaultName, type Fixture } from '@secretkit/conformance';
import { type SecretRef, seal } from '@secretkit/core';
import { fakeClock } from '@secretkit/testing';
import { describe, it } from 'vitest';
import { httpSecrets } from './http-secrets.js';
import { serve } from './serve.test-support.js';

interface Stored {
  readonly name: string;
  readonly value: string;
  readonly expires_at?: number | undefined;
}

type Asked = Stored & { readonly account?: string; readonly names?: readonly string[] };

/** What the store answers, or what comes in its place. */
const answers: Partial<Record<FaultName, () => Response>> = {
  unauthorized: () => Response.json({ error: { code: 'no_such_token' } }, { status: 401 }),
  forbidden: () => Response.json({ error: { code: 'not_yours' } }, { status: 403 }),
  rateLimited: () => Response.json({}, { status: 429, headers: { 'retry-after': '2' } }),
  throttledByBody: () => Response.json({ error: { code: 'throttled' } }, { status: 400 }),
  routeNotFound: () => Response.json({ message: 'Not Found' }, { status: 404 }),
  conflict: () => Response.json({ error: { code: 'changed' } }, { status: 409 }),
  keyInUse: () => Response.json({ error: { code: 'write_in_progress' } }, { status: 409 }),
  failedDependency: () => new Response('', { status: 424 }),
  serverError: () => Response.json({ error: { message: 'CANARY-not-a-real-secret' } }, { status: 500 }),
  overloaded: () => new Response('', { status: 503 }),
  html: () => new Response('<html>CANARY-not-a-real-secret</html>', { status: 200 }),
  redirect: () => new Response('', { status: 307, headers: { location: 'https://elsewhere.example' } }),
  reset: () => {
    throw new Error('reset');
  },
  cutBody: () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.error(new TypeError('terminated')),
      }),
    ),
  malformedBody: () => new Response('{"secrets": [{"value": "CANARY-not-a-real-secret"'),
  wrongShape: () => Response.json({ secrets: 'CANARY-not-a-real-secret' }),
};

/** The store, behind a server. */
async function open(): Promise<Fixture> {
  const { now, advance } = fakeClock();
  const stored = new Map<string, Stored>();
  const keyOf = (account: string | undefined, name: string): string => JSON.stringify([account, name]);
  let fault: FaultName | undefined;

  function read(account: string | undefined, names: readonly string[]): Stored[] {
    return names
      .flatMap((name) => stored.get(keyOf(account, name)) ?? [])
      .filter(({ expires_at: seconds }) => seconds === undefined || seconds * 1_000 > now());
  }

  function answer(path: string, asked: Asked): Response {
    if (fault !== undefined && fault !== 'withoutValue') return answers[fault]?.() ?? new Response();
    const { account, name, names = [], value, expires_at } = asked;
    if (path === '/read' && fault) return Response.json({ secrets: names.map((each) => ({ name: each })) });
    if (path === '/read') return Response.json({ secrets: read(account, names) });
    if (path === '/write') stored.set(keyOf(account, name), { name, value, expires_at });
    if (path === '/delete') stored.delete(keyOf(account, name));
    return Response.json({ done: true });
  }

  const { url, ...server } = await serve(({ pathname }, body) => answer(pathname, JSON.parse(body) as Asked));
  const credential = 'CANARY-credential-of-the-store';
  return {
    ...server,
    provider: httpSecrets({ baseUrl: url, token: seal(credential), now }),
    now,
    advance,
    credential,
    put: async ({ name, scope }: SecretRef, value, expiresAt) => {
      const expires_at = expiresAt && expiresAt.getTime() / 1_000;
      stored.set(keyOf(scope?.account, name), { name, value, expires_at });
    },
    remove: async ({ name, scope }) => {
      stored.delete(keyOf(scope?.account, name));
    },
    fault: (name) => {
      fault = name;
    },
  };
}

const faults = [...(Object.keys(answers) as FaultName[]), 'withoutValue'] as const;
const traits = {
  scopes: ['account'],
  expiryResolutionMs: 1_000,
  faults,
  hangs: true,
  textOnly: true,
} as const;
describeProvider('http', { traits, open }, { describe, it });
