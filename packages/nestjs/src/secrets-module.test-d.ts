import type { Secrets } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';
import { describe, expectTypeOf, it } from 'vitest';
import type { SecretsModuleOptions, SecretsOptionsFactory } from './module-options.js';
import { SecretsModule } from './secrets-module.js';

interface Request {
  readonly tenant: string;
}
declare class Settings implements SecretsOptionsFactory {
  createSecretsOptions(): SecretsModuleOptions;
}
const provider = memorySecrets();

describe('the types of the module', () => {
  it('take the request that the application has', () => {
    SecretsModule.forRoot({ provider, scopeOf: ({ tenant }: Request) => ({ account: tenant }) });
    // @ts-expect-error a tenant looked up elsewhere is there before the request is served
    SecretsModule.forRoot({ provider, scopeOf: async ({ tenant }: Request) => ({ account: tenant }) });
    // @ts-expect-error an id must not be optional
    SecretsModule.forRoot({ provider, scopeOf: ({ id }: { id?: string }) => ({ account: id }) });
  });

  it('take a factory of any dependencies that answers with options', () => {
    SecretsModule.forRootAsync({
      inject: [Settings],
      useFactory: (from: Settings) => from.createSecretsOptions(),
    });
    SecretsModule.forRootAsync({ useFactory: async () => ({ provider, authCooldownMs: 5 }) });
    // @ts-expect-error options, not a provider
    SecretsModule.forRootAsync({ useFactory: () => provider });
    SecretsModule.forRootAsync({ useClass: Settings });
    SecretsModule.forRootAsync({ useExisting: Settings });
    // @ts-expect-error a class that answers with options
    SecretsModule.forRootAsync({ useClass: Date });
    // @ts-expect-error one source
    SecretsModule.forRootAsync({ isGlobal: true });
  });

  it('take a provider, and refs by name or with a scope', () => {
    SecretsModule.forRoot({ provider, required: ['a', { name: 'b', scope: { user: 'u' } }] });
    // @ts-expect-error there is nothing to read from
    SecretsModule.forRoot({ required: ['a'] });
    // @ts-expect-error a client is not a provider
    SecretsModule.forRoot({ provider: {} as Secrets });
    expectTypeOf<Parameters<typeof SecretsModule.forRoot>[0]['provider']>().toHaveProperty('get');
  });
});
