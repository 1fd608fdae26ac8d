import { describeProvider, type FaultName, type Fixture } from '@secretkit/conformance';
import { fakeClock } from '@secretkit/testing';
import { describe, it } from 'vitest';
import { serve } from './serve.test-support.js';
import { vaultSecrets } from './vault-secrets.js';

const canary = 'CANARY-not-a-real-secret';

const answers: Partial<Record<FaultName, () => Response>> = {
  unauthorized: () => Response.json({ message: canary }, { status: 401 }),
  forbidden: () => Response.json({ value: canary }, { status: 403 }),
  rateLimited: () => Response.json({}, { status: 429 }),
  routeNotFound: () => Response.json({ message: 'Not Found' }, { status: 404 }),
  conflict: () => Response.json({}, { status: 409 }),
  failedDependency: () => new Response('', { status: 424 }),
  serverError: () => Response.json({ value: canary }, { status: 500 }),
  overloaded: () => new Response('', { status: 503 }),
  html: () => new Response(`<html>${canary}</html>`),
  redirect: () => new Response('', { status: 307, headers: { location: 'https://elsewhere.example' } }),
  reset: () => {
    throw new Error('reset');
  },
  cutBody: () =>
    new Response(new ReadableStream({ start: (controller) => controller.error(new Error('cut')) })),
  malformedBody: () => new Response(`{"value": "${canary}"`),
  wrongShape: () => Response.json({ value: { text: canary } }),
  withoutValue: () => Response.json({}),
};

async function open(): Promise<Fixture> {
  const stored = new Map<string, string>();
  let fault: FaultName | undefined;
  const { url, ...server } = await serve(({ searchParams }) => {
    if (fault !== undefined) return answers[fault]?.() ?? new Response();
    return Response.json({ value: stored.get(searchParams.get('name') ?? '') ?? null });
  });
  return {
    ...server,
    ...fakeClock(), // nothing expires in the store
    provider: vaultSecrets(url),
    put: async ({ name }, value) => stored.set(name, value),
    remove: async ({ name }) => {
      stored.delete(name);
    },
    fault: (name) => {
      fault = name;
    },
  };
}

const traits = { scopes: [], faults: Object.keys(answers) as FaultName[], hangs: true };
describeProvider('vault', { traits, open }, { describe, it });
