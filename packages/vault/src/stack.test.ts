import { format, inspect } from 'node:util';
import { expectNoLeak } from '@secretkit/conformance';
import { compose, createSecrets } from '@secretkit/core';
import { isSecretError } from '@secretkit/core/provider';
import { consecutiveFailures } from '@secretkit/middleware/circuit-breaker';
import { observe } from '@secretkit/middleware/observe';
import { recommended } from '@secretkit/middleware/recommended';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fakeVault } from '../test/fake-vault.js';
import { appRole } from './vault-auth.js';
import { vaultSecrets } from './vault-secrets.js';

const canary = 'CANARY-not-a-real-secret';
const account = 'database/creds/app';

/** An answer of a server that is broken, or of something else that answers in its place. */
type Bad = () => Response | Promise<Response>;

const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Bad => {
  return () => new Response(JSON.stringify(body), { status, headers });
};

const strange: readonly unknown[] = [canary, -1, null, [canary], { [canary]: canary }];

const fields = ['data', 'lease_id', 'lease_duration'];

const bad: readonly (readonly [string, Bad])[] = [
  ...strange.map((body) => [`200 ${JSON.stringify(body)}`, json(body)] as const),
  ...fields.flatMap((field) =>
    strange.map(
      (value) => [`200 ${field}: ${JSON.stringify(value)}`, json({ data: {}, [field]: value })] as const,
    ),
  ),
  ...strange.map(
    (value) =>
      [
        `200 data.data: ${JSON.stringify(value)}`,
        json({
          data: { data: value, metadata: value, keys: value, versions: value, ttl: value },
          auth: { client_token: value, lease_duration: value },
        }),
      ] as const,
  ),
  ...[204, 205].map((status) => [`${status}`, () => new Response(null, { status })] as const),
  ...[400, 403, 404, 412, 429, 500, 503].flatMap((status) => [
    [`${status} errors`, json({ errors: [canary], data: { [canary]: canary } }, status)] as const,
    [`${status} text`, () => new Response(canary, { status })] as const,
    [
      `${status} ${canary} headers`,
      json({}, status, {
        'retry-after': canary,
        'x-vault-index': canary,
        location: `https://${canary}.example`,
        date: canary,
      }),
    ] as const,
  ]),
  ['html', () => new Response(`<html>${canary}</html>`, { headers: { 'content-type': 'text/html' } })],
  ['cut', () => new Response(`{"data":{"data":{"value":"${canary}`)],
  ['bytes', () => new Response(new Uint8Array([0xff, 0xfe, 0x00]))],
  [
    'an age',
    json({ lease_id: 'a/1', lease_duration: 60, renewable: true, data: { password: canary } }, 200, {
      age: '61',
    }),
  ],
  ['a throw', () => Promise.reject(new Error(canary, { cause: { token: canary } }))],
  ['a throw of no error', () => Promise.reject(canary)],
  [
    'a body that fails',
    () => new Response(new ReadableStream({ pull: (stream) => stream.error(new Error(canary)) })),
  ],
];

/** The requests that a server answers badly. */
const places = [
  ['auth/approle/login', true],
  ['sys/internal/', false],
  ['kv/', true],
  ['kv/', false],
  ['database/', true],
  ['database/', false],
  ['auth/token/lookup-self', false],
] as const;

function setUp(isLogin: boolean, place: string, answer: Bad) {
  const vault = fakeVault(() => Date.now());
  vault.answer = ({ path }) => {
    if (path.startsWith('sys/internal/')) return [200, { data: { type: 'kv', options: { version: '2' } } }];
    if (path.startsWith('sys/leases/')) return [200, { lease_duration: 60 }];
    if (path === 'auth/token/lookup-self') return [200, { data: { ttl: 60 } }];
    if (!path.startsWith('database/')) return undefined;
    return [200, { lease_id: `${path}/1`, lease_duration: 60, renewable: true, data: { password: canary } }];
  };
  let isBad = true;
  const events: unknown[] = [];
  const provider = vaultSecrets({
    address: 'https://vault.example',
    mount: 'kv',
    leases: ['database/creds'],
    fetch: async (url, init) => {
      const isConcerned = isBad && String(url).startsWith(`https://vault.example/v1/${place}`);
      return isConcerned ? answer() : vault.fetch(url, init);
    },
    ...(isLogin ? { auth: appRole({ roleId: canary, secretId: canary }) } : { token: () => 'CANARY-given' }),
  });
  const stack = compose(
    observe({ onEvent: (event) => events.push(event), hits: true }),
    recommended({ retry: { maxAttempts: 1 }, circuitBreaker: { strategy: consecutiveFailures(1_000) } }),
    observe({ onEvent: (event) => events.push(event) }),
  );
  const secrets = createSecrets(stack(provider));
  return {
    secrets,
    events,
    repair() {
      isBad = false;
    },
  };
}

async function namesOf(secrets: ReturnType<typeof setUp>['secrets']): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of secrets.list()) names.push(name);
  return names;
}

/** Collects what is printed. */
function listen(): unknown[] {
  const printed: unknown[] = [];
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void printed.push(format(...args)));
  }
  const onWarning = (warning: Error): void => void printed.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => {
    vi.restoreAllMocks();
    process.off('warning', onWarning);
  });
  return printed;
}

describe('a stack whose server answers badly', () => {
  it.each(places)(
    'to %s, with a login %s, rejects with a code, shows nothing, and recovers',
    async (place, isLogin) => {
      const printed = listen();
      const unknown: string[] = [];
      const shown = new Map<string, unknown>(); // each thing once
      const show = (...things: unknown[]): void => {
        for (const thing of things) shown.set(inspect(thing, { depth: 9 }), thing);
      };
      for (const [name, answer] of bad) {
        const { secrets, events, repair } = setUp(isLogin, place, answer);
        const outcomes = await Promise.allSettled([
          secrets.get('a'),
          secrets.get({ name: 'a', version: '1' }),
          secrets.get('a', { fresh: true }),
          secrets.use('a', () => Promise.resolve(1)),
          secrets.get(account),
          secrets.get(account, { fresh: true }),
          secrets.getMany({ one: 'a', other: account }),
          secrets.set('a', `{"password":"${canary}"}`),
          secrets.compareAndSet('a', `{"password":"${canary}"}`, '1'),
          secrets.listVersions('a'),
          secrets.delete('b'),
          namesOf(secrets),
        ]);
        show(
          ...outcomes.map((outcome) =>
            outcome.status === 'rejected' ? (outcome.reason as unknown) : 'done',
          ),
          ...events.map((event) => ({ ...(event as object), durationMs: 0 })),
          ['a', account].map((each) => secrets.explain(each)),
          secrets.health({ required: ['a', account] }),
        );
        for (const [at, outcome] of outcomes.entries()) {
          if (outcome.status === 'fulfilled') continue;
          const code = isSecretError(outcome.reason) ? outcome.reason.code : String(outcome.reason);
          if (code === 'unknown' || !isSecretError(outcome.reason)) unknown.push(`${name} #${at}: ${code}`);
        }
        repair();
        const recovered = await secrets.get('a', { fresh: true }).catch((error: unknown) => error);
        if (isSecretError(recovered)) unknown.push(`${name}, then: ${recovered.code}`);
        show(await secrets.close().catch((error: unknown) => error));
      }
      expectNoLeak([canary, 'CANARY-given', 'CANARY-token'], [...shown.values(), printed]);
      expect(unknown).toEqual([]);
    },
  );
});
