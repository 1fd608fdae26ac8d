import { inspect } from 'node:util';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { type Opener, type SecretProvider, urlParameters } from '@secretkit/core/provider';
import { envOpener } from '@secretkit/env/opener';
import { memorySecrets } from '@secretkit/memory';
import { memoryOpener } from '@secretkit/memory/opener';
import { stripeOpener } from '@secretkit/stripe/opener';
import { describe, expect, it } from 'vitest';
import { openProvider } from './open-provider.js';

const env = { APP_TOKEN: 'of the environment', TOKEN: 'without a prefix' };

const openers = [
  envOpener({ env }),
  memoryOpener({ initial: { token: 'of the memory' } }),
  stripeOpener({ apiKey: () => 'sk_test_example' }),
];

async function failureOf(opening: Promise<unknown>): Promise<Error> {
  const thrown: unknown = await opening.then(
    () => 'nothing',
    (error: unknown) => error,
  );
  if (thrown instanceof Error) return thrown;
  throw new Error(`it threw ${inspect(thrown)}`);
}

/** An opener that records its calls. */
function recording(...schemes: string[]): Opener & { readonly urls: string[] } {
  const urls: string[] = [];
  return {
    schemes,
    urls,
    open(url) {
      urls.push(url.href);
      return memorySecrets();
    },
  };
}

describe('a URL opens the provider of its scheme', () => {
  it.each<[string | URL, string]>([
    ['memory:', 'of the memory'],
    ['env:', 'without a prefix'],
    ['ENV:?prefix=APP_', 'of the environment'],
    [new URL('env:?prefix=APP_'), 'of the environment'],
  ])('%s', async (url, value) => {
    const secrets = createSecrets(await openProvider(url, openers));
    expect((await secrets.require('token')).reveal()).toBe(value);
  });

  it('and no other opener is called', async () => {
    const [one, other] = [recording('one', 'uno'), recording('other')];
    await openProvider('uno:?a=b', [one, other]);
    expect([one.urls, other.urls]).toEqual([['uno:?a=b'], []]);
  });

  it('with two openers of one adapter, by their schemes', async () => {
    const both = [envOpener({ env }), envOpener({ env: { TOKEN: 'of CI' }, scheme: 'ci' })];
    const secrets = createSecrets(await openProvider('ci:', both));
    expect((await secrets.require('token')).reveal()).toBe('of CI');
  });

  it('with an opener of the application', async () => {
    const own: Opener = {
      schemes: ['vault'],
      open: async (url) =>
        memorySecrets({ initial: { [urlParameters(url, ['name']).name ?? 'none']: 'example' } }),
    };
    const secrets = createSecrets(await openProvider('vault:?name=token', [own]));
    expect((await secrets.require('token')).reveal()).toBe('example');
    await expect(openProvider('vault:?names=token', [own])).rejects.toThrow(/unknown parameter.*name/);
  });

  it('with an opener that is an instance of a class', async () => {
    class Own implements Opener {
      readonly schemes = ['own'];
      readonly #initial = { token: 'example' };
      open(): SecretProvider {
        return memorySecrets({ initial: this.#initial });
      }
    }
    const secrets = createSecrets(await openProvider('own:', [new Own()]));
    expect((await secrets.require('token')).reveal()).toBe('example');
  });
});

describe('a URL with a credential is refused and not shown', () => {
  it.each([
    ['stripe://CANARY-user@host', 'user info'],
    ['vault://app:CANARY-password@host', 'user info'],
    ['stripe:?api_key=CANARY-value', 'parameter'],
    ['stripe:?accesstoken=CANARY-value', 'parameter'],
    ['stripe:?apiKey=CANARY-value', 'parameter'],
    ['stripe:?account=acct_1&client_secret=CANARY-value', 'parameter'],
    ['stripe:?baseUrl=http://app:CANARY-password@127.0.0.1:1', 'user info'],
    ['stripe:?baseUrl=http%3A%2F%2FCANARY-user@127.0.0.1:1', 'user info'],
    ['env:?Password=CANARY-value', 'parameter'],
    ['stripe:sk_test_CANARY-value', 'API key'],
    ['stripe:?account=rk_live_CANARY-value', 'API key'],
    ['stripe:?account=%73k_live_CANARY-value', 'API key'],
    ['stripe:?sk_live_CANARY-value', 'API key'],
    ['stripe:?account=%2573k_live_CANARY-value', 'API key'],
    ['stripe:?account=sk%25255Flive%25255FCANARY-value', 'API key'],
    ['stripe:?%252573k_live_CANARY-value=x', 'API key'],
    ['stripe:?account=%25&livemode=100%&baseUrl=%2573k_live_CANARY-value', 'API key'],
    ['stripe:?%2561pi_key=CANARY-value', 'parameter'],
    ['stripe:?account=a%2526api_key%253DCANARY-value', 'parameter'],
    ['stripe:?baseUrl=http%253A%252F%252FCANARY-user%2540127.0.0.1', 'user info'],
    ['env:?CANARY-value=x', 'unknown parameter'],
    ['env:?CANARY_value=x', 'unknown parameter'],
    ['memory:#ghp_CANARY-value', 'API key'],
    ['sk_test_CANARY-value', 'url must be a URL'],
    ['CANARY value', 'url must be a URL'],
    ['http://CANARY-user@[', 'url must be a URL'],
    ['canary-canary-canary-value:x', 'no opener'],
  ])('%s', async (url, message) => {
    const error = await failureOf(openProvider(url, openers));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(message);
    expectNoLeak(['CANARY-user', 'CANARY-password', 'CANARY-value', 'CANARY_value', 'canary-canary'], error);
  });

  it('nor one that is percent-encoded so often that it takes seconds to decode', async () => {
    const encoded = (times: number): string => `env:?prefix=%${'25'.repeat(times)}41`;
    await expect(openProvider(encoded(9), [recording('env')])).resolves.toBeDefined();
    const error = await failureOf(openProvider(encoded(5_000), openers));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('percent-encoded');
    expect(error.message).not.toContain('%25');
  });

  it.each(['stripe:?account=acct_risk_1', 'env:?prefix=TASK_', 'memory:?keyspace=100%&author=a'])(
    '%s has none',
    async (url) => {
      await expect(openProvider(url, [recording('stripe', 'env', 'memory')])).resolves.toBeDefined();
    },
  );
});

describe('a wrong URL is refused, with the registered schemes', () => {
  it.each<[unknown, string]>([
    [undefined, 'url .*undefined'],
    ['', 'url .*empty'],
    [5, 'url .*number'],
    ['/etc/secrets', 'url'],
    ['vault:', 'no opener for scheme "vault:"'],
    ['constructor:', 'no opener for scheme "constructor:"'],
  ])('%s', async (url, message) => {
    const error = await failureOf(openProvider(url as string, openers));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(new RegExp(`^openProvider: ${message}.*env:, memory:, stripe:\\.$`));
  });

  it.each([
    ['env:?prefx=APP_', 'unknown parameter'],
    ['env:?prefix=A-', 'prefix'],
    ['memory:?size=5', 'unknown parameter'],
    ['stripe:?livemode=yes', 'livemode'],
  ])('%s, by its opener', async (url, named) => {
    const error = await failureOf(openProvider(url, openers));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(named);
  });
});

describe('wrong openers are refused before one is called', () => {
  const good = recording('env');
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'openers .*undefined'],
    ['an empty list', [], 'openers .*empty'],
    ['a record', { env: good }, 'openers .*object'],
    ['one opener', good, 'openers .*object'],
    ['null in the list', [good, null], 'openers\\[1\\] .*null'],
    ['a function', [good, envOpener], 'openers\\[1\\] .*function'],
    ['a provider', [good, memorySecrets()], 'openers\\[1\\]'],
    ['an opener without schemes', [good, { open: () => memorySecrets() }], 'openers\\[1\\]'],
    ['an opener without open', [good, { schemes: ['own'] }], 'openers\\[1\\]'],
    ['an empty list of schemes', [good, recording()], 'openers\\[1\\]\\.schemes'],
    ['a scheme with a colon', [good, recording('own', 'own:')], 'openers\\[1\\]\\.schemes'],
    ['a scheme in upper case', [good, recording('Own')], 'openers\\[1\\]\\.schemes'],
    ['a scheme that is not a string', [good, { ...good, schemes: [5] }], 'openers\\[1\\]\\.schemes'],
    ['two openers for one scheme', [good, recording('own', 'env')], 'two openers .*"env:"'],
    ['one scheme twice', [good, recording('own', 'own')], 'two openers .*"own:"'],
  ])('%s', async (_, list, message) => {
    const error = await failureOf(openProvider('env:', list as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(new RegExp(`^openProvider: ${message}`));
    expect(good.urls).toEqual([]);
  });
});

describe('an opener', () => {
  it('must return a provider', async () => {
    const own = { schemes: ['own'], open: () => ({}) as SecretProvider };
    const error = await failureOf(openProvider('own:', [own]));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^openProvider: .*"own:".*provider/);
  });

  it('may fail: then its error is passed on', async () => {
    const failure = new Error('of the opener');
    const own: Opener = { schemes: ['own'], open: () => Promise.reject(failure) };
    await expect(openProvider('own:', [own])).rejects.toBe(failure);
  });
});
