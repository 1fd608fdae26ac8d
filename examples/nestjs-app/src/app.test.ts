import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { expectNoLeakDuring } from '@secretkit/conformance';
import { createSecrets, type Secret, type Secrets, seal } from '@secretkit/core';
import { getSecretsToken } from '@secretkit/nestjs';
import { type FakeSecrets, fakeSecrets } from '@secretkit/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppModule } from './app.module.js';
import { Partner } from './partner.js';
import { stackAround } from './secrets.js';
import { sign } from './session.js';

const key = 'CANARY-session-key';
const tokenOf = (account: string): string => `CANARY-token-of-${account}`;
const at = (account: string) => ({ name: 'partner-token', scope: { account } });

async function backend(): Promise<FakeSecrets> {
  const fake = fakeSecrets({ initial: { 'session-key': key, 'partner-token': tokenOf('platform') } });
  for (const account of ['acct_1', 'acct_2']) await fake.put(at(account), tokenOf(account));
  return fake;
}

/** The application as it is, but for its backend, on a free port of this machine. */
async function start(fake: FakeSecrets): Promise<NestFastifyApplication> {
  const provider = stackAround(fake.provider, { now: fake.clock.now, random: () => 0 });
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(getSecretsToken())
    .useValue(createSecrets(provider))
    .setLogger(new ConsoleLogger('App', { logLevels: ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] }))
    .compile();
  const started = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await started.listen(0, '127.0.0.1');
  return started;
}

let fake: FakeSecrets;
let app: NestFastifyApplication;

beforeEach(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true); // hides Nest's log; a test below reads it
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  fake = await backend();
  app = await start(fake);
});
afterEach(() => app.close());

const sessionOf = (account: string): string => sign(account, seal(key));

async function get(path: string, session?: string) {
  const authorization = session === undefined ? {} : { authorization: `Bearer ${session}` };
  const headers = { connection: 'close', ...authorization }; // an idle connection would hold up the end
  const response = await fetch(`${await app.getUrl()}${path}`, { headers });
  const body: unknown = await response.json();
  return { status: response.status, body, retryAfter: response.headers.get('retry-after') };
}

describe('a tenant', () => {
  it('is served with its own token', async () => {
    expect(await get('/orders', sessionOf('acct_1'))).toMatchObject({
      status: 200,
      body: ['an order of acct_1'],
    });
    expect(await get('/orders', sessionOf('acct_2'))).toMatchObject({
      status: 200,
      body: ['an order of acct_2'],
    });
  });

  it('is never served with another’s, and no call is made', async () => {
    const before = fake.calls();
    const answer = await get('/accounts/acct_2/orders', sessionOf('acct_1'));
    expect(answer).toMatchObject({ status: 403, body: { error: 'invalid_argument' } });
    expect(fake.calls()).toBe(before);
    expect(await get('/accounts/acct_1/orders', sessionOf('acct_1'))).toMatchObject({ status: 200 });
  });

  it('without a token gets 404, and is never served with the platform’s', async () => {
    const answer = await get('/orders', sessionOf('acct_3'));
    expect(answer).toMatchObject({ status: 404, body: { error: 'not_found' } });
  });

  it.each([
    ['no session', undefined],
    ['a text that is not a session', 'acct_1'],
    ['a session with another’s signature', sessionOf('acct_1').replace('acct_1', 'acct_2')],
  ])('gets 401 with %s, before any secret is read', async (_, session) => {
    const before = fake.calls();
    expect(await get('/orders', session)).toMatchObject({ status: 401 });
    expect(fake.calls()).toBe(before);
  });
});

describe('a session without an account', () => {
  it('is refused: it does not mean the platform', async () => {
    const before = fake.calls();
    const answer = await get('/orders', sessionOf(''));
    expect(answer).toMatchObject({ status: 403, body: { error: 'invalid_argument' } });
    expect(fake.calls()).toBe(before);
  });
});

describe('many requests', () => {
  it('make one backend call', async () => {
    const before = fake.calls();
    const answers = await Promise.all(Array.from({ length: 30 }, () => get('/orders', sessionOf('acct_1'))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(fake.calls()).toBe(before + 1);
  });

  it('survive an unannounced rotation, with one more call', async () => {
    await get('/orders', sessionOf('acct_1'));
    const before = fake.calls();
    await fake.put(at('acct_1'), 'CANARY-rotated-token-of-acct_1');
    app.get(Partner).refuse(tokenOf('acct_1'));
    const answers = await Promise.all(Array.from({ length: 30 }, () => get('/orders', sessionOf('acct_1'))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(fake.calls()).toBe(before + 1);
  });
});

describe('an outage of the backend', () => {
  it('does not reach a tenant whose token is cached', async () => {
    await get('/orders', sessionOf('acct_1'));
    fake.fail('unavailable');
    fake.clock.advance(30 * 60_000);
    expect(await get('/orders', sessionOf('acct_1'))).toMatchObject({ status: 200 });
  });

  it('is a 503 with Retry-After for others', async () => {
    fake.fail('unavailable');
    expect(await get('/orders', sessionOf('acct_2'))).toEqual({
      status: 503,
      body: { error: 'unavailable' },
      retryAfter: '5',
    });
    fake.heal();
    expect(await get('/orders', sessionOf('acct_2'))).toMatchObject({ status: 200 });
  });

  it('at start-up stops the start, with the reason', async () => {
    const down = await backend();
    await down.remove('session-key');
    await expect(start(down)).rejects.toThrow(/^not_found: .*\n {2}"session-key": the secret does not exist/);
  });
});

describe('shutdown', () => {
  it('waits for requests in progress, which may still need a secret', async () => {
    const partner = app.get(Partner);
    let served = (): void => undefined;
    const meanwhile = new Promise<void>((resolve) => {
      served = resolve;
    });
    const orders = vi.spyOn(partner, 'orders');
    const arrived = new Promise<void>((resolve) => {
      orders.mockImplementationOnce(async (token: Secret) => {
        resolve();
        await meanwhile;
        throw Object.assign(new Error(`${token}`), { status: 401 }); // so that the secret is read once more
      });
    });
    const answer = get('/orders', sessionOf('acct_1'));
    await arrived;
    await fake.put(at('acct_1'), 'CANARY-rotated-token-of-acct_1');
    const closing = app.close();
    await vi.waitUntil(() => !app.getHttpServer().listening, { interval: 1 }); // no new connections
    served();
    expect(await answer).toMatchObject({ status: 200 });
    await closing;
    await expect(app.get<Secrets>(getSecretsToken()).get('a')).rejects.toThrow(/^closed/);
  });
});

describe('the log', () => {
  it('never shows a value', async () => {
    const values = [key, tokenOf('acct_1'), tokenOf('acct_2'), 'CANARY-rotated'];
    await expectNoLeakDuring(values, async () => {
      await get('/orders', sessionOf('acct_1'));
      await get('/accounts/acct_2/orders', sessionOf('acct_1'));
      fake.fail(new Error(`the adapter quotes ${tokenOf('acct_2')}`));
      expect(await get('/orders', sessionOf('acct_2'))).toMatchObject({
        status: 503,
        body: { error: 'unknown' },
      });
      vi.spyOn(app.get(Partner), 'orders').mockRejectedValueOnce(new Error('the partner is down'));
      expect(await get('/orders', sessionOf('acct_1'))).toMatchObject({ status: 500 });
    });
    const printed = vi.mocked(process.stderr.write).mock.calls.map(([text]) => String(text));
    expect(printed.join('')).toContain('the partner is down');
  });
});
