import 'reflect-metadata';
import { ConsoleLogger, type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expectNoLeak, expectNoLeakDuring } from '@secretkit/conformance';
import type { Secrets } from '@secretkit/core';
import type { Secret } from '@secretkit/core/provider';
import { type FakeSecrets, fakeSecrets } from '@secretkit/testing';
import { describe, expect, it, vi } from 'vitest';
import { InjectSecret, InjectSecrets } from './inject.js';
import { SecretsModule } from './secrets-module.js';

const canary = 'CANARY-of-the-session-key';

@Injectable()
class Sessions {
  constructor(
    @InjectSecret('session-key') readonly key: Secret,
    @InjectSecrets() readonly secrets: Secrets,
  ) {}
}

const levels = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] as const;

function backend(): FakeSecrets {
  return fakeSecrets({ initial: { 'session-key': canary, 'webhook-secret': canary } });
}

function start(fake: FakeSecrets, logger: ConsoleLogger): Promise<INestApplicationContext> {
  const required = ['session-key', 'webhook-secret'];
  @Module({ imports: [SecretsModule.forRoot({ provider: fake.provider, required })], providers: [Sessions] })
  class App {}
  return NestFactory.createApplicationContext(App, { logger, abortOnError: false });
}

/** Keeps what is printed from the terminal, and tells it. */
function quietly(): () => string {
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockReturnValue(true),
  );
  return () => streams.flatMap(({ mock }) => mock.calls.map(([text]) => String(text))).join('');
}

describe.each([{ json: false }, { json: true }])('Nest’s logger, as JSON: $json', ({ json }) => {
  const logger = () => new ConsoleLogger('App', { logLevels: [...levels], json });

  it('prints no value while an application starts, is logged whole, and ends', async () => {
    const printed = quietly();
    await expectNoLeakDuring(canary, async () => {
      const log = logger();
      const app = await start(backend(), log);
      const sessions = app.get(Sessions);
      for (const level of levels) {
        log[level](sessions, sessions.key, sessions.secrets, { key: sessions.key }, `${sessions.key}`);
      }
      await app.close();
    });
    expect(printed()).toContain('[secret]');
  });

  it.each<[string, (fake: FakeSecrets) => unknown, string]>([
    ['a secret is missing', (fake) => fake.remove('webhook-secret'), 'without 1 of the 2 secrets'],
    ['the backend is down', (fake) => fake.fail('unavailable'), 'unavailable'],
    ['an adapter quotes it', (fake) => fake.fail(new Error(`cannot parse ${canary}`)), 'unknown'],
  ])('prints no value when the start fails: %s', async (_, fail, reason) => {
    const fake = backend();
    await fail(fake);
    const printed = quietly();
    const error = await expectNoLeakDuring(canary, () =>
      start(fake, logger()).catch((thrown: unknown) => thrown),
    );
    expectNoLeak(canary, error);
    expect(printed()).toContain(reason);
  });
});
