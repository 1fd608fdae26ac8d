// A user's tests with jest, which runs CommonJS.
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describeProvider } from '@secretkit/conformance';
import { createSecrets, type SecretsReader, seal } from '@secretkit/core';
import { envSecrets } from '@secretkit/env';
import { memorySecrets } from '@secretkit/memory';
import { recommended } from '@secretkit/middleware/recommended';
import { getSecretsToken, InjectSecrets, SecretsModule } from '@secretkit/nestjs';
import { counting, fakeClock, fakeSecrets } from '@secretkit/testing';

@Injectable()
class Orders {
  constructor(@InjectSecrets() readonly secrets: SecretsReader) {}
}

@Module({
  imports: [SecretsModule.forRoot({ provider: recommended()(envSecrets({ env: {} })), isGlobal: true })],
  providers: [Orders],
})
class AppModule {}

it('a test injects a fake into an application', async () => {
  const fake = fakeSecrets({ initial: { token: 'an example' } });
  const app = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(getSecretsToken())
    .useValue(createSecrets(fake.provider))
    .compile();
  expect((await app.get(Orders).secrets.require('token')).reveal()).toBe('an example');
  await app.close();
});

const traits = { scopes: ['account', 'user'], expiryResolutionMs: 1 } as const;

function open() {
  const { now, advance } = fakeClock();
  const store = memorySecrets({ now });
  return {
    ...counting(store),
    now,
    advance,
    put: (...[ref, value, expiresAt]: [Parameters<typeof store.get>[0], string, Date?]) =>
      store.set(ref, seal(value, { expiresAt }), {}),
    remove: (ref: Parameters<typeof store.get>[0]) => store.delete(ref, {}),
  };
}

describeProvider('memory', { traits, open }, { describe, it });
