import 'reflect-metadata';
import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { SecretsReader } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { type AttachedClient, type Rotation, rotating } from '@secretkit/rotation';
import { fakeSecrets } from '@secretkit/testing';
import { expect, it, vi } from 'vitest';
import { SecretsModule } from './secrets-module.js';
import { getSecretsToken } from './tokens.js';

interface Pool {
  readonly password: string;
  isOpen: boolean;
}

/** A pool that follows, as an application provides one. */
class Database implements OnApplicationShutdown {
  constructor(
    readonly rotation: Rotation<string>,
    readonly client: AttachedClient<Pool>,
  ) {}

  static async open(secrets: SecretsReader): Promise<Database> {
    const rotation = rotating(secrets, 'db');
    const client = await rotation.attach((password): Pool => ({ password, isOpen: true }), {
      verify: () => true,
      close: (pool) => {
        pool.isOpen = false;
      },
    });
    return new Database(rotation, client);
  }

  onApplicationShutdown(): Promise<void> {
    return this.rotation.close();
  }
}

@Injectable()
class Orders {
  constructor(readonly database: Database) {}
}
Reflect.defineMetadata('design:paramtypes', [Database], Orders); // the test compiler writes none

it('a pool as a provider follows the credential, and is closed with the application', async () => {
  const fake = fakeSecrets({ initial: { db: 'CANARY-1' } });
  @Module({
    imports: [SecretsModule.forRoot({ provider: cache()(fake.provider) })],
    providers: [Orders, { provide: Database, inject: [getSecretsToken()], useFactory: Database.open }],
  })
  class App {}
  const app = await (await Test.createTestingModule({ imports: [App] }).compile()).init();
  const { database } = app.get(Orders);
  const first = database.client.client;
  await fake.put('db', 'CANARY-2');
  await app.get<SecretsReader>(getSecretsToken()).get('db', { fresh: true });
  await vi.waitFor(() => expect(database.client.client).not.toBe(first), { timeout: 10_000 });
  const second = database.client.client;
  expect([first.isOpen, second.isOpen]).toEqual([false, true]);
  expect(second.password === 'CANARY-2').toBe(true);
  await app.close();
  expect(second.isOpen).toBe(false);
  expect(() => database.client.client).toThrow(/closed/);
});
