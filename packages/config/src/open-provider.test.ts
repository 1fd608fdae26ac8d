import { inspect } from 'node:util';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import type { SecretProvider } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { startEmulator } from '@secretkit/stripe-emulator';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { envOpener } from './env-opener.js';
import { installed } from './installed.js';
import { memoryOpener } from './memory-opener.js';
import { type Opener, openProvider } from './open-provider.js';
import { stripeOpener } from './stripe-opener.js';
import { urlParameters } from './url-parameters.js';

/** The packages that have been loaded so far. */
const loaded = vi.hoisted((): string[] => []);
vi.mock('@secretkit/stripe/client', async (original) => {
  loaded.push('@secretkit/stripe/client');
  return original();
});
vi.mock('@secretkit/env', async (original) => {
  loaded.push('@secretkit/env');
  return original();
});

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const env = { APP_TOKEN: 'of the environment', TOKEN: 'without a prefix' };

const openers = {
  env: envOpener({ env }),
  memory: memoryOpener({ initial: { token: 'of the memory' } }),
  stripe: stripeOpener({ apiKey: () => 'sk_test_example' }),
};

async function failureOf(opening: Promise<unknown>): Promise<Error> {
  const thrown: unknown = await opening.then(
    () => 'nothing',
    (error: unknown) => error,
  );
  if (thrown instanceof Error) return thrown;
  throw new Error(`it threw ${inspect(thrown)}`);
}

describe('a URL opens the provider of its scheme', () => {
  it('and loads no other, least of all an SDK', async () => {
    expect(loaded).toEqual([]);
    const memory = createSecrets(await openProvider('memory:', openers));
    expect((await memory.require('token')).reveal()).toBe('of the memory');
    expect(loaded).toEqual([]);
    const secrets = createSecrets(await openProvider('env:?prefix=APP_', openers));
    expect((await secrets.require('token')).reveal()).toBe('of the environment');
    expect(loaded).toEqual(['@secretkit/env']);
  });

  it.each([
    ['env:', 'without a prefix'],
    ['ENV:?prefix=APP_', 'of the environment'],
    [new URL('env:?prefix=APP_'), 'of the environment'],
  ])('env: %s', async (url, value) => {
    const secrets = createSecrets(await openProvider(url, openers));
    expect((await secrets.require('token')).reveal()).toBe(value);
  });

  it('env: without the variables that it is not to serve', async () => {
    const { get } = await openProvider('env:', { env: envOpener({ env, except: ['TOKEN'] }) });
    expect(await get({ name: 'token' }, {})).toBeUndefined();
  });

  it('memory: each time a new one', async () => {
    const [one, other] = [
      await openProvider('memory:', openers),
      await openProvider('memory:', { memory: memoryOpener() }),
    ];
    expect(await one.get({ name: 'token' }, {})).toBeDefined();
    expect(await other.get({ name: 'token' }, {})).toBeUndefined();
  });

  it('stripe: over real sockets, with the key of the opener and the account of the URL', async () => {
    const emulator = await startEmulator();
    closing.push(() => emulator.close());
    const account = 'acct_1';
    emulator.secrets.put({ name: 'token', payload: 'of an account', account });
    const asked: string[] = [];
    const apiKey = async (): Promise<string> => {
      asked.push('key');
      return 'sk_test_example';
    };
    const stripe = stripeOpener({ apiKey });
    expect(asked).toEqual([]);
    const url = `stripe:?account=${account}&livemode=false&baseUrl=${emulator.url}`;
    const secrets = createSecrets(await openProvider(url, { stripe }));
    expect((await secrets.require('token')).reveal()).toBe('of an account');
    expect(asked).toEqual(['key']);
    const elsewhere = stripeOpener({ apiKey, baseUrl: emulator.url });
    const same = createSecrets(await openProvider('stripe:?account=acct_1', { stripe: elsewhere }));
    expect((await same.require('token')).reveal()).toBe('of an account');
    await expect(openProvider('stripe:?livemode=true', { stripe: elsewhere })).rejects.toThrow(
      "stripeSecrets: livemode is true, and the client's API key is a test-mode one.",
    );
  });

  it('of openers of your own, too', async () => {
    const opener: Opener = (url) =>
      memorySecrets({ initial: { [urlParameters(url, ['name']).name ?? 'none']: 'example' } });
    const named = createSecrets(await openProvider('vault:?name=token', { vault: opener }));
    expect((await named.require('token')).reveal()).toBe('example');
    await expect(openProvider('vault:?names=token', { vault: opener })).rejects.toThrow(
      'A URL of vault: has no parameter "names". There is name.',
    );
    const own = { vault: (url: URL) => memorySecrets({ initial: { [url.hostname]: 'example' } }) };
    const secrets = createSecrets(await openProvider('vault://token', own));
    expect((await secrets.require('token')).reveal()).toBe('example');
    expectTypeOf(openProvider('vault:', { vault: opener })).resolves.toEqualTypeOf<SecretProvider>();
  });
});

describe('a URL with a credential is refused, and not shown', () => {
  it.each([
    ['stripe://CANARY-user@host', 'user info'],
    ['vault://app:CANARY-password@host', 'user info'],
    ['stripe:?api_key=CANARY-value', 'a parameter that is called like a credential'],
    ['stripe:?accesstoken=CANARY-value', 'a parameter that is called like a credential'],
    ['stripe:?apiKey=CANARY-value', 'a parameter that is called like a credential'],
    ['stripe:?account=acct_1&client_secret=CANARY-value', 'a parameter that is called like a credential'],
    ['stripe:?baseUrl=http://app:CANARY-password@127.0.0.1:1', 'user info'],
    ['stripe:?baseUrl=http%3A%2F%2FCANARY-user@127.0.0.1:1', 'user info'],
    ['env:?Password=CANARY-value', 'a parameter that is called like a credential'],
    ['stripe:sk_test_CANARY-value', 'what looks like an API key'],
    ['stripe:?account=rk_live_CANARY-value', 'what looks like an API key'],
    ['stripe:?account=%73k_live_CANARY-value', 'what looks like an API key'],
    ['stripe:?sk_live_CANARY-value', 'what looks like an API key'],
    ['memory:#ghp_CANARY-value', 'what looks like an API key'],
    ['sk_test_CANARY-value', 'what is given is no URL'],
    ['CANARY value', 'what is given is no URL'],
    ['http://CANARY-user@[', 'what is given is no URL'],
    ['canary-canary-canary-value:x', 'there is no opener for a URL of its scheme'],
  ])('%s', async (url, message) => {
    const error = await failureOf(openProvider(url, openers));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(message);
    expectNoLeak(['CANARY-user', 'CANARY-password', 'CANARY-value', 'canary-canary'], error);
  });

  it.each(['stripe:?account=acct_risk_1', 'env:?prefix=TASK_', 'memory:?keyspace=100%&author=a'])(
    '%s has none',
    async (url) => {
      await expect(
        openProvider(url, { ...openers, stripe: () => memorySecrets(), memory: () => memorySecrets() }),
      ).resolves.toBeDefined();
    },
  );
});

describe('a URL that says something else is refused', () => {
  it.each<[unknown, string]>([
    [
      undefined,
      'openProvider: no URL is given. Is the variable set that holds it? There is env:, memory:, stripe:.',
    ],
    ['', 'openProvider: no URL is given.'],
    [5, 'openProvider: what is given is no URL. One is such as env:?prefix=APP_. There is env:'],
    ['vault:', 'openProvider: there is no opener for a URL "vault:". There is env:, memory:, stripe:.'],
    ['constructor:', 'openProvider: there is no opener for a URL "constructor:".'],
    ['env:?prefx=APP_', 'A URL of env: has no parameter "prefx". There is prefix.'],
    ['env:?APP_', 'A URL of env: has no parameter of that name.'],
    ['env:?prefix=', 'A URL of env: has no value for prefix.'],
    ['env:?prefix=A&prefix=B', 'A URL of env: has two of prefix.'],
    ['env:APP_', 'A URL of env: is env:?…: it has no host, no path and no fragment.'],
    ['env://APP_', 'A URL of env: is env:?…'],
    ['env:?prefix=A#b', 'A URL of env: is env:?…'],
    ['env:?prefix=A-', 'envSecrets: prefix is what'],
    ['memory:?size=5', 'A URL of memory: has no parameter "size". There is none.'],
    ['stripe:?livemode=yes', 'A URL of stripe: has a livemode that is neither true nor false.'],
    ['stripe:?baseUrl=https://stripe.example', 'A URL of stripe: has a baseUrl on another machine'],
    ['stripe:?baseUrl=nowhere', 'A URL of stripe: has a baseUrl on another machine'],
  ])('%s', async (url, message) => {
    await expect(openProvider(url as string, openers)).rejects.toThrow(message);
  });

  it('or is said twice, or has no key', async () => {
    const stripe = stripeOpener({ apiKey: () => undefined, baseUrl: 'http://127.0.0.1:1' });
    await expect(openProvider('stripe:?baseUrl=http://127.0.0.1:2', { stripe })).rejects.toThrow(
      'stripeOpener: a baseUrl stands in the URL and in the options. Drop one of them.',
    );
    await expect(openProvider('stripe:', { stripe })).rejects.toThrow(/^createStripeClient: apiKey is empty/);
  });
});

describe('a registry', () => {
  it.each<[unknown, string]>([
    [undefined, 'openProvider takes an object of openers by scheme'],
    [{}, 'openProvider takes an object of openers by scheme, such as { env: envOpener() }. It is empty.'],
    [{ env: 'env' }, 'That of "env" is string.'],
    [{ 'env:': envOpener() }, '"env:" is no scheme: one is in lower case, and without a colon.'],
    [{ Env: envOpener() }, '"Env" is no scheme'],
  ])('%o is none', async (registry, message) => {
    await expect(openProvider('env:', registry as never)).rejects.toThrow(message);
  });

  it('has openers that give providers', async () => {
    await expect(openProvider('own:', { own: () => ({}) as SecretProvider })).rejects.toThrow(
      /^openProvider, for "own:", needs a provider/,
    );
    const failure = new Error('of the opener');
    await expect(openProvider('own:', { own: () => Promise.reject(failure) })).rejects.toBe(failure);
  });
});

describe('an opener', () => {
  it.each<[() => unknown, string]>([
    [() => envOpener({ prefix: 'A' } as never), 'envOpener has no option "prefix". It has env, except.'],
    [() => memoryOpener({ now: 5 } as never), 'memoryOpener has no option "now". It has initial.'],
    [() => stripeOpener({} as never), 'stripeOpener needs apiKey: a function that gives the key.'],
    [
      () => stripeOpener({ apiKey: 'sk_test_CANARY' } as never),
      'stripeOpener: apiKey is a function, not string.',
    ],
    [() => stripeOpener({ apiKey: () => '', key: 5 } as never), 'stripeOpener has no option "key".'],
  ])('refuses wrong options: %o', (build, message) => {
    expect(build).toThrow(message);
  });

  it('says what to install', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(installed(() => Promise.reject(missing), '@secretkit/stripe stripe')).rejects.toThrow(
      "The package of this URL's scheme is not installed: npm install @secretkit/stripe stripe.",
    );
    const other = new SyntaxError('of the package');
    await expect(installed(() => Promise.reject(other), 'x')).rejects.toBe(other);
    await expect(installed(() => Promise.reject(null), 'x')).rejects.toBe(null);
  });
});
