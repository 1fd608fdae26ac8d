import 'reflect-metadata';
import { Inject, Injectable, Module, Optional } from '@nestjs/common';
import { ContextIdFactory } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { createSecrets, type Secrets, type SecretsReader } from '@secretkit/core';
import { isSecretError, type Secret } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { type FakeSecrets, fakeSecrets } from '@secretkit/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { InjectScopedSecrets, InjectSecret, InjectSecrets } from './inject.js';
import type { SecretsModuleOptions } from './module-options.js';
import { SecretsModule } from './secrets-module.js';
import { getScopedSecretsToken, getSecretsToken, getSecretToken } from './tokens.js';

@Injectable()
class Orders {
  constructor(@InjectSecrets() readonly secrets: Secrets) {}
}

@Module({ providers: [Orders], exports: [Orders] })
class OrdersModule {}

const opened: TestingModule[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});

type Part = NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>[number];

async function open(...imports: Part[]): Promise<TestingModule> {
  const app = await Test.createTestingModule({ imports }).compile();
  opened.push(await app.init());
  return app;
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail with an error');
}

function memory(value: string) {
  return memorySecrets({ initial: { token: value } });
}

describe('the client', () => {
  it('is injected into what imports the module', async () => {
    @Module({ imports: [SecretsModule.forRoot({ provider: memory('value') })], providers: [Orders] })
    class App {}
    const app = await open(App);
    expect((await app.get(Orders).secrets.require('token')).reveal()).toBe('value');
    expect(app.get(getSecretsToken())).toBe(app.get(Orders).secrets);
  });

  it('is not available to modules that do not import it, and Nest names it', async () => {
    const root = SecretsModule.forRoot({ provider: memory('value') });
    const { message } = await failure(open(root, OrdersModule));
    expect(message).toContain('Symbol(Secrets, of an imported or global SecretsModule) at index [0]');
    expect(message).toContain('OrdersModule');
  });

  it('is available to all modules where its own is global', async () => {
    const app = await open(
      SecretsModule.forRoot({ provider: memory('value'), isGlobal: true }),
      OrdersModule,
    );
    expect((await app.get(Orders).secrets.require('token')).reveal()).toBe('value');
  });

  it('can be re-exported by a module that imports it', async () => {
    @Module({ imports: [SecretsModule.forRoot({ provider: memory('value') })], exports: [SecretsModule] })
    class Infrastructure {}
    @Module({ imports: [Infrastructure], providers: [Orders] })
    class App {}
    const app = await open(App);
    expect((await app.get(Orders).secrets.require('token')).reveal()).toBe('value');
  });

  it('takes the options of createSecrets', async () => {
    const fake = fakeSecrets({ initial: { token: 'refused' } });
    let time = 1_000;
    const app = await open(
      SecretsModule.forRoot({ provider: fake.provider, authCooldownMs: 5, now: () => time, random: () => 0 }),
    );
    const secrets = app.get<Secrets>(getSecretsToken());
    const unauthorised = () => Promise.reject(Object.assign(new Error('refused'), { status: 401 }));
    const use = () => failure(secrets.use('token', unauthorised));
    await use();
    const calls = fake.calls();
    time += 4;
    await use();
    expect(fake.calls()).toBe(calls + 1); // still in its cooldown: one read, and no second one
    time += 1;
    await use();
    expect(fake.calls()).toBeGreaterThan(calls + 2);
  });

  it('may be one of several, each with a name', async () => {
    @Injectable()
    class Both {
      constructor(
        @InjectSecrets() readonly own: Secrets,
        @InjectSecrets('billing') readonly billing: Secrets,
        @InjectSecret('token', { client: 'billing' }) readonly token: Secret,
      ) {}
    }
    @Module({
      imports: [
        SecretsModule.forRoot({ provider: memory('own') }),
        SecretsModule.forRoot({ provider: memory('of billing'), client: 'billing', required: ['token'] }),
      ],
      providers: [Both],
    })
    class App {}
    const { own, billing, token } = (await open(App)).get(Both);
    expect((await own.require('token')).reveal()).toBe('own');
    expect((await billing.require('token')).reveal()).toBe('of billing');
    expect(token.reveal()).toBe('of billing');
  });

  it('is its own where two modules differ in nothing but their backends', async () => {
    const readers = ['a', 'b'].map((value) => {
      @Injectable()
      class Reader {
        constructor(@InjectSecrets() readonly secrets: Secrets) {}
      }
      @Module({ imports: [SecretsModule.forRoot({ provider: memory(value) })], providers: [Reader] })
      class Context {}
      return { Reader, Context };
    });
    const app = await open(...readers.map(({ Context }) => Context));
    const tokens = await Promise.all(readers.map(({ Reader }) => app.get(Reader).secrets.require('token')));
    expect(tokens.map((token) => token.reveal())).toEqual(['a', 'b']);
  });
});

describe('the options', () => {
  const settings = { value: 'from the settings' };
  @Module({ providers: [{ provide: 'settings', useValue: settings }], exports: ['settings'] })
  class SettingsModule {}

  it('may come from a factory with what it injects', async () => {
    const app = await open(
      SecretsModule.forRootAsync({
        imports: [SettingsModule],
        inject: ['settings', { token: 'nothing', optional: true }],
        useFactory: async ({ value }: { value: string }, nothing?: undefined) => {
          expect(nothing).toBeUndefined();
          return { provider: memory(value) };
        },
        isGlobal: true,
      }),
      OrdersModule,
    );
    expect((await app.get(Orders).secrets.require('token')).reveal()).toBe('from the settings');
  });

  it('may come from a class, or from one that exists', async () => {
    @Injectable()
    class Choice {
      constructor(@Optional() @Inject('settings') readonly from?: { value: string }) {}
      createSecretsOptions(): SecretsModuleOptions {
        return { provider: memory(this.from?.value ?? 'from the class') };
      }
    }
    @Module({ imports: [SettingsModule], providers: [Choice], exports: [Choice] })
    class ChoiceModule {}
    const app = await open(
      SecretsModule.forRootAsync({ useClass: Choice, client: 'class' }),
      SecretsModule.forRootAsync({ imports: [ChoiceModule], useExisting: Choice, client: 'existing' }),
    );
    const values = ['class', 'existing'].map(async (client) => {
      const token = await app.get<Secrets>(getSecretsToken(client)).require('token');
      return token.reveal();
    });
    expect(await Promise.all(values)).toEqual(['from the class', 'from the settings']);
  });

  it.each([
    [
      'no provider',
      () => SecretsModule.forRoot({} as never),
      /^SecretsModule: provider must have a name and a get method/,
    ],
    [
      'an option that does not exist',
      () => SecretsModule.forRoot({ provider: memory('a'), global: true } as never),
      /^SecretsModule\.forRoot: unknown option "global"/,
    ],
    [
      'an option of createSecrets that is out of range',
      () => SecretsModule.forRoot({ provider: memory('a'), authCooldownMs: -1 }),
      /authCooldownMs/,
    ],
    [
      'a client without a name',
      () => SecretsModule.forRoot({ provider: memory('a'), client: '' }),
      /forRoot: client must be a name/,
    ],
    [
      'required that is not a list',
      () => SecretsModule.forRoot({ provider: memory('a'), required: 'token' as never }),
      /forRoot: required must be a list of names or refs/,
    ],
    [
      'a malformed ref',
      () => SecretsModule.forRoot({ provider: memory('a'), required: ['a', ''] }),
      /SecretsModule\.forRoot: required: name must not be empty/,
    ],
    [
      'a ref of a tenant that failed to load',
      () =>
        SecretsModule.forRoot({
          provider: memory('a'),
          required: [{ name: 'a', scope: { account: undefined as never } }],
        }),
      /required: scope\.account must be a string, got undefined/,
    ],
    [
      'scopeOf that is not a function',
      () => SecretsModule.forRoot({ provider: memory('a'), scopeOf: {} as never }),
      /forRoot: scopeOf must be a function, got an object/,
    ],
    [
      'a source that is missing',
      () => SecretsModule.forRootAsync({} as never),
      /forRootAsync: options must have exactly one of useFactory, useClass, useExisting/,
    ],
    [
      'two sources',
      () =>
        SecretsModule.forRootAsync({
          useFactory: () => ({ provider: memory('a') }),
          useClass: Orders,
        } as never),
      /exactly one of/,
    ],
    [
      'a source that is undefined, as after a circular import',
      () => SecretsModule.forRootAsync({ useClass: undefined } as never),
      /forRootAsync: options must have exactly one of/,
    ],
    [
      'a factory that is not a function',
      () => SecretsModule.forRootAsync({ useFactory: { provider: memory('a') } } as never),
      /forRootAsync: useFactory must be a function, got an object/,
    ],
    [
      'useClass that is not a class',
      () => SecretsModule.forRootAsync({ useClass: new Orders(undefined as never) } as never),
      /forRootAsync: useClass must be a function, got an instance of a class/,
    ],
    [
      'imports that are not a list',
      () => SecretsModule.forRootAsync({ imports: Orders, useFactory: () => ({}) } as never),
      /forRootAsync: imports must be a list/,
    ],
    [
      'inject that is not a list',
      () => SecretsModule.forRootAsync({ inject: Orders, useFactory: () => ({}) } as never),
      /forRootAsync: inject must be a list/,
    ],
    [
      'an option of forRoot',
      () => SecretsModule.forRootAsync({ provider: memory('a'), useFactory: () => ({}) } as never),
      /forRootAsync: unknown option "provider"/,
    ],
  ])('are refused when the module is built: %s', (_, build, message) => {
    expect(build).toThrow(message);
    expect(build).not.toThrow(isSecretError);
  });

  it.each([
    ['nothing', undefined, /SecretsModule: options must be an object/],
    [
      'a provider instead of options',
      memory('a'),
      /SecretsModule: options must be an object, got a provider/,
    ],
    ['options without a provider', {}, /provider must have a name and a get method/],
    [
      'an option of the module',
      { provider: memory('a'), required: ['token'] },
      /forRootAsync: required must be an option of the module/,
    ],
  ])('are refused at start-up when a factory returns %s', async (_, answer, message) => {
    const { name, message: text } = await failure(
      open(SecretsModule.forRootAsync({ useFactory: () => answer as never })),
    );
    expect(name).toBe('TypeError');
    expect(text).toMatch(message);
  });

  it.each(['useClass', 'useExisting'])(
    'are refused at start-up when %s has no createSecretsOptions',
    async (source) => {
      @Injectable()
      class Settings {}
      @Module({ providers: [Settings], exports: [Settings] })
      class SettingsModule {}
      const { name, message } = await failure(
        open(SecretsModule.forRootAsync({ imports: [SettingsModule], [source]: Settings } as never)),
      );
      expect(name).toBe('TypeError');
      expect(message).toMatch(
        /^SecretsModule\.forRootAsync: useClass and useExisting must .* createSecretsOptions/,
      );
    },
  );
});

describe('a secret that is required', () => {
  @Injectable()
  class Sessions {
    constructor(
      @InjectSecret('session-key') readonly key: Secret,
      @InjectSecret('session-key', { scope: { account: 'acct_1' } }) readonly ofAccount: Secret,
    ) {}
    @InjectSecret('session-key', { scope: { account: 'acct_1', user: 'usr_1' } }) readonly ofUser?: Secret;
  }
  const scope = { account: 'acct_1' };
  const refs = [
    'session-key',
    { name: 'session-key', scope },
    { name: 'session-key', scope: { user: 'usr_1', ...scope } },
  ];

  async function seeded(): Promise<FakeSecrets> {
    const fake = fakeSecrets();
    for (const [at, ref] of refs.entries()) await fake.put(ref, `value ${at}`);
    return fake;
  }

  function application(fake: FakeSecrets, required: typeof refs = refs) {
    @Module({
      imports: [SecretsModule.forRoot({ provider: fake.provider, required })],
      providers: [Sessions],
    })
    class App {}
    return open(App);
  }

  it('is injected by name and scope, into constructors and properties', async () => {
    const { key, ofAccount, ofUser } = (await application(await seeded())).get(Sessions);
    expect([key, ofAccount, ofUser].map((secret) => secret?.reveal())).toEqual([
      'value 0',
      'value 1',
      'value 2',
    ]);
  });

  it('is read once, with the others of its scope in one call', async () => {
    const fake = fakeSecrets({ initial: { a: '1', b: '2', c: '3' } });
    const app = await open(
      SecretsModule.forRoot({ provider: fake.provider, required: ['a', 'b', 'c', 'a'] }),
    );
    expect([fake.calls(), fake.calls('getMany')]).toEqual([1, 1]);
    expect(app.get<Secret>(getSecretToken('c')).reveal()).toBe('3');
  });

  it('stays as it was at start-up, and the client reads the current value', async () => {
    const fake = await seeded();
    const app = await application(fake);
    await fake.put('session-key', 'rotated');
    expect(app.get(Sessions).key.reveal()).toBe('value 0');
    expect((await app.get<Secrets>(getSecretsToken()).require('session-key')).reveal()).toBe('rotated');
  });

  it('that is missing ends the start, with every missing one named', async () => {
    const fake = await seeded();
    for (const ref of refs.slice(1)) await fake.remove(ref);
    expect(await failure(application(fake))).toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(
        /without 2 of the 3 secrets in "required":\n {2}"session-key" \(account acct_1\): .*\n {2}"session-key" \(account acct_1, user usr_1\): /,
      ),
    });
  });

  it('that is missing is named as the backend stores it, as by require', async () => {
    const provider = {
      name: 'env',
      get: async () => undefined,
      canonical: () => ({ name: 'APP_DATABASE_URL' }),
    };
    const { message } = await failure(open(SecretsModule.forRoot({ provider, required: ['database-url'] })));
    expect(message).toContain('Create it as "APP_DATABASE_URL"');
  });

  it('that cannot be read ends the start with the reason, and missing ones are named beside it', async () => {
    const fake = fakeSecrets({ initial: { a: '1', c: '3' } });
    fake.fail('unavailable', 'c');
    const start = open(SecretsModule.forRoot({ provider: fake.provider, required: ['a', 'b', 'c'] }));
    expect(await failure(start)).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /without 2 of the 3 secrets in "required":\n {2}"b": .*\n {2}"c": unavailable, /,
      ),
    });
  });

  it('that is injected and not listed is an error that names the list', async () => {
    const { message } = await failure(application(await seeded(), refs.slice(0, 1)));
    expect(message).toContain(
      'Symbol(the secret {"name":"session-key","account":"acct_1"}, in "required" of a SecretsModule) at index [1]',
    );
  });

  it('has a token of its own, whatever characters it contains', () => {
    const tokens = [
      getSecretToken('a'),
      getSecretToken('a', { client: 'b' }),
      getSecretToken('a', { scope: { account: 'b' } }),
      getSecretToken('a', { scope: { user: 'b' } }),
      getSecretToken('a"} of the client "b'),
      getSecretToken('a","account":"b'),
      getSecretsToken(),
      getSecretsToken('a'),
      getScopedSecretsToken(),
      getScopedSecretsToken('a'),
    ];
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(getSecretToken('a', { scope: { user: 'u', account: 'b' } })).toBe(
      getSecretToken('a', { scope: { account: 'b', user: 'u' } }),
    );
  });

  it.each([
    ['a name', () => InjectSecret('')],
    ['a scope', () => InjectSecret('a', { scope: { account: undefined as never } })],
  ])('is refused where it is injected by %s that is malformed', (_, inject) => {
    expect(inject).toThrow(/invalid_argument/);
  });
});

describe('a client within the scope of a request', () => {
  interface Request {
    account?: string;
  }
  @Injectable()
  class Connections {
    constructor(@InjectScopedSecrets() readonly secrets: SecretsReader) {}
  }

  async function application(scopeOf: (request: Request) => { account?: string }) {
    const fake = fakeSecrets({ initial: { token: 'of the platform' } });
    for (const account of ['acct_1', 'acct_2'])
      await fake.put({ name: 'token', scope: { account } }, `of ${account}`);
    @Module({
      imports: [SecretsModule.forRoot({ provider: fake.provider, scopeOf })],
      providers: [Connections],
    })
    class App {}
    const app = await open(App);
    const during = async (request: Request) => {
      const context = ContextIdFactory.create();
      app.registerRequestByContextId(request, context);
      const { secrets } = await app.resolve<Connections>(Connections, context);
      return secrets;
    };
    return { fake, during };
  }
  const byAccount = ({ account }: Request) => ({ account: account as string });

  it('reads what belongs to the request’s tenant', async () => {
    const { during } = await application(byAccount);
    const [one, two] = [await during({ account: 'acct_1' }), await during({ account: 'acct_2' })];
    expect((await one.require('token')).reveal()).toBe('of acct_1');
    expect((await two.require('token')).reveal()).toBe('of acct_2');
  });

  it('cannot leave the tenant, and makes no call', async () => {
    const { fake, during } = await application(byAccount);
    const secrets = await during({ account: 'acct_1' });
    const elsewhere = secrets.get({ name: 'token', scope: { account: 'acct_2' } });
    expect(await failure(elsewhere)).toMatchObject({ code: 'invalid_argument' });
    expect(fake.calls()).toBe(0);
  });

  it.each([
    ['undefined', {}],
    ['empty', { account: '' }],
    ['null', { account: null as never }],
  ])('refuses everything when the tenant’s id is %s: it does not mean the platform', async (_, request) => {
    const { fake, during } = await application(byAccount);
    const secrets = await during(request);
    for (const call of [secrets.get('token'), secrets.require('token'), secrets.getMany({ a: 'token' })]) {
      const { message } = await failure(call);
      expect(message).toMatch(/^invalid_argument: scopeOf: scope\.account must /);
    }
    expect(() => secrets.peek('token')).toThrow(/invalid_argument/);
    expect(fake.calls()).toBe(0);
  });

  it.each([
    ['an empty scope', {}],
    ['nothing', undefined],
    ['a promise', Promise.resolve({ account: 'acct_1' })],
  ])('refuses everything when scopeOf returns %s', async (_, answer) => {
    const { fake, during } = await application(() => answer as never);
    expect(await failure((await during({})).get('token'))).toMatchObject({ code: 'invalid_argument' });
    expect(fake.calls()).toBe(0);
  });

  it('calls scopeOf at the first use, since guards run after injection, and keeps its scope', async () => {
    const { during } = await application(byAccount);
    const request: Request = {};
    const secrets = await during(request);
    request.account = 'acct_1'; // as a guard does
    expect((await secrets.require('token')).reveal()).toBe('of acct_1');
    request.account = 'acct_2';
    expect((await secrets.require('token')).reveal()).toBe('of acct_1');
  });

  it('fails as scopeOf does', async () => {
    const own = new Error('who are you?');
    const { during } = await application(() => {
      throw own;
    });
    expect(await failure((await during({})).get('token'))).toBe(own);
  });

  it('needs a module with scopeOf', async () => {
    @Module({ imports: [SecretsModule.forRoot({ provider: memory('a') })], providers: [Connections] })
    class App {}
    const { message } = await failure(open(App));
    expect(message).toContain('Symbol(ScopedSecrets, of a SecretsModule with "scopeOf") at index [0]');
  });

  it('leaves the client itself shared', async () => {
    const app = await open(
      SecretsModule.forRoot({ provider: memory('a'), scopeOf: byAccount, isGlobal: true }),
      OrdersModule,
    );
    expect(app.get(Orders).secrets).toBe(app.get(getSecretsToken()));
    expect(() => app.get<unknown>(getScopedSecretsToken())).toThrow(/scoped provider/);
  });
});

describe('on shutdown', () => {
  it('the client is closed last, and what it reads from with it', async () => {
    const order: string[] = [];
    const provider = {
      ...memory('value'),
      async [Symbol.asyncDispose]() {
        order.push('closed');
      },
    };
    @Injectable()
    class Late {
      constructor(@InjectSecrets() readonly secrets: Secrets) {}
      async onModuleDestroy() {
        order.push((await this.secrets.require('token')).reveal());
      }
      async beforeApplicationShutdown() {
        order.push((await this.secrets.require('token')).reveal());
      }
    }
    @Module({ imports: [SecretsModule.forRoot({ provider })], providers: [Late] })
    class App {}
    const app = await Test.createTestingModule({ imports: [App] }).compile();
    const { secrets } = app.get(Late);
    await app.close();
    expect(order).toEqual(['value', 'value', 'closed']);
    expect(await failure(secrets.get('token'))).toMatchObject({ code: 'closed' });
  });
});

describe('in a test', () => {
  it('another client takes the place of this one, and nothing of production runs', async () => {
    let productionRan = false;
    @Injectable()
    class Sessions {
      constructor(
        @InjectSecret('token') readonly token: Secret,
        @InjectSecrets() readonly secrets: Secrets,
      ) {}
    }
    @Module({
      imports: [
        SecretsModule.forRootAsync({
          required: ['token'],
          useFactory: () => {
            productionRan = true;
            throw new Error('there is no API key here');
          },
        }),
      ],
      providers: [Sessions],
    })
    class App {}
    const fake = fakeSecrets({ initial: { token: 'fake' } });
    const app = await Test.createTestingModule({ imports: [App] })
      .overrideProvider(getSecretsToken())
      .useValue(createSecrets(fake.provider))
      .compile();
    opened.push(app);
    const { token, secrets } = app.get(Sessions);
    expect(token.reveal()).toBe('fake');
    fake.fail('unavailable');
    expect(await failure(secrets.get('token'))).toMatchObject({ code: 'unavailable' });
    expect(productionRan).toBe(false);
  });
});
