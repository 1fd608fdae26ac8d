import 'reflect-metadata';
import {
  Controller,
  forwardRef,
  Get,
  Inject,
  Injectable,
  type InjectionToken,
  Module,
  Optional,
  type Provider,
  Scope,
  type Type,
} from '@nestjs/common';
import { type ContextId, ContextIdFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { Secrets, SecretsReader } from '@secretkit/core';
import { fakeSecrets } from '@secretkit/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { InjectScopedSecrets, InjectSecrets } from './inject.js';
import { SecretsModule } from './secrets-module.js';
import { getScopedSecretsToken } from './tokens.js';

const durable = { scope: Scope.REQUEST, durable: true } as const;

@Injectable(durable)
class ByConstructor {
  constructor(@InjectScopedSecrets() readonly secrets: SecretsReader) {}
}

@Injectable(durable)
class ByProperty {
  @InjectScopedSecrets() readonly secrets!: SecretsReader;
}

@Injectable()
class Orders {
  constructor(@InjectScopedSecrets() readonly secrets: SecretsReader) {}
}

@Injectable(durable)
class ByForwardRef {
  constructor(@Inject(forwardRef(() => Orders)) readonly orders: Orders) {}
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @Inject(Orders) readonly orders!: Orders;
}

@Injectable(durable)
class ByOthers {
  constructor(@Inject(Transient) readonly transient: Transient) {}
}

@Controller({ path: 'orders', ...durable })
class OrdersController {
  constructor(@InjectScopedSecrets() readonly secrets: SecretsReader) {}

  @Get()
  list(): void {}
}

@Injectable(durable)
class WithOwnScope {
  constructor(@InjectSecrets() readonly secrets: Secrets) {}
}

const factory = {
  provide: 'ByFactory',
  ...durable,
  inject: [getScopedSecretsToken()],
  useFactory: (secrets: SecretsReader) => ({ secrets }),
};

/** Starts an application with these providers, and a controller that injects one of them. */
async function start(providers: Provider[], used?: InjectionToken, controllers: Type[] = []) {
  const { provider } = fakeSecrets({ initial: { token: 'of the platform' } });
  const scopeOf = ({ account }: { readonly account: string }) => ({ account });
  @Controller()
  class Using {
    constructor(@Optional() @Inject(used ?? 'nothing') readonly it: unknown) {}
  }
  @Module({
    imports: [SecretsModule.forRoot({ provider, scopeOf })],
    providers,
    controllers: [Using, ...controllers],
  })
  class App {}
  return (await Test.createTestingModule({ imports: [App] }).compile()).init();
}

describe('a durable provider that depends on the client of a request', () => {
  const cases: [string, Provider[], InjectionToken | undefined, Type[]][] = [
    ['ByConstructor', [ByConstructor], ByConstructor, []],
    ['ByProperty', [ByProperty], ByProperty, []],
    ['ByOthers', [ByOthers, Transient, Orders], ByOthers, []],
    ['ByFactory', [factory], 'ByFactory', []],
    ['ByForwardRef', [ByForwardRef, Orders], undefined, []],
    ['OrdersController', [], undefined, [OrdersController]],
  ];

  it.each(cases)('ends the start: %s', async (name, providers, used, controllers) => {
    const error: unknown = await start(providers, used, controllers).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toContain('durable must not be set');
    expect((error as TypeError).message).toContain(name);
  });

  it.each<[string, Provider[]]>([
    ['a request-scoped class', [Orders, Transient]],
    ['a durable class that makes its own scope', [WithOwnScope]],
  ])('is not %s', async (_, providers) => {
    await expect((await start(providers, providers[0] as Type)).close()).resolves.toBeUndefined();
  });
});

describe('a durable provider that makes its own scope', () => {
  afterEach(() => {
    ContextIdFactory.apply(undefined as never); // the strategy is global
  });

  it('is kept for a tenant, and each tenant has its own', async () => {
    const trees = new Map<string, ContextId>();
    ContextIdFactory.apply({
      attach(contextId, { account }: { readonly account: string }) {
        const tree = trees.get(account) ?? ContextIdFactory.create();
        trees.set(account, tree);
        return {
          resolve: ({ isTreeDurable }) => (isTreeDurable ? tree : contextId),
          payload: { account },
        };
      },
    });
    const app = await start([WithOwnScope]);
    const of = (account: string) => app.resolve(WithOwnScope, ContextIdFactory.getByRequest({ account }));
    expect(await of('acct_1')).toBe(await of('acct_1'));
    expect(await of('acct_1')).not.toBe(await of('acct_2'));
    await app.close();
  });
});
