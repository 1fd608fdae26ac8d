import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ownClients } from '../test/own-clients.js';
import { name } from '../test/responses.js';
import { stripeSecrets } from './stripe-secrets.js';

const apiKey = 'sk_test_CANARYKEY';

describe.each(ownClients)('$owner, http: to another machine', ({ owner, create }) => {
  const baseUrl = 'http://stripe-emulator:12140';
  const warnings: unknown[] = [];
  beforeEach(() => {
    warnings.length = 0;
    vi.spyOn(process, 'emitWarning').mockImplementation((_, about) => {
      warnings.push(about);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it('is allowed by allowInsecure, with one warning for each client', async () => {
    const urls: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      urls.push(url);
      return new Response('{}', { status: 500 });
    };
    const client = create({ apiKey, baseUrl, fetch, allowInsecure: true });
    for (let i = 0; i < 2; i += 1) {
      await expect(stripeSecrets({ client }).get({ name }, {})).rejects.toMatchObject({
        code: 'unavailable',
      });
    }
    expect(String(urls[0])).toMatch(/^http:\/\/stripe-emulator:12140\/v1\//);
    expect(warnings).toEqual([{ type: 'SecretkitWarning', code: 'SECRETKIT_STRIPE_INSECURE' }]);
  });

  it('warns on the console where there is no emitWarning', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.stubGlobal('process', undefined);
    create({ apiKey, baseUrl, allowInsecure: true });
    vi.unstubAllGlobals();
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^SECRETKIT_STRIPE_INSECURE: /)]]);
    expect(JSON.stringify(warn.mock.calls)).not.toContain('CANARY');
  });

  it.each(['https://api.stripe.com', 'http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1'])(
    'needs no warning for %s',
    (secure) => {
      create({ apiKey, baseUrl: secure, allowInsecure: true });
      expect(warnings).toEqual([]);
    },
  );

  it.each(['sk_live_CANARY', 'rk_live_CANARY', 'sk_org_live_CANARY'])(
    'is refused for a live-mode key, also of a function: %s',
    async (live) => {
      const fetch = vi.fn();
      const options = { baseUrl, allowInsecure: true, fetch } as const;
      expect(() => create({ ...options, apiKey: live })).toThrow(
        new RegExp(`^${owner}: apiKey (?!.*CANARY)`),
      );
      expect(warnings).toEqual([]);
      const provider = stripeSecrets({ client: create({ ...options, apiKey: () => live }) });
      await expect(provider.get({ name }, {})).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(fetch).not.toHaveBeenCalled();
    },
  );
});

describe.each(ownClients)('the options of $owner', ({ owner, create }) => {
  it.each([
    [undefined, TypeError, 'options must be'],
    [{}, TypeError, 'apiKey must not be empty'],
    [{ apiKey: '' }, TypeError, 'apiKey must not be empty'],
    [{ apiKey: 'sk_test_CANARY\n' }, TypeError, 'apiKey must be'],
    [{ apiKey: 'pk_test_CANARY' }, TypeError, 'apiKey must be'],
    [{ apiKey, baseUrl: 'not a url CANARY' }, TypeError, 'baseUrl must be'],
    [{ apiKey, baseUrl: 5 }, TypeError, 'baseUrl must be'],
    [{ apiKey, baseUrl: 'ftp://example.com' }, TypeError, /baseUrl must be .*scheme/],
    [{ apiKey, baseUrl: 'https://user:CANARY@example.com' }, TypeError, /baseUrl must be .*credentials/],
    [{ apiKey, baseUrl: 'https://example.com/v1' }, TypeError, /baseUrl must be .*path/],
    [{ apiKey, baseUrl: 'http://example.com' }, TypeError, /baseUrl must be .*TLS/],
    [
      { apiKey, baseUrl: 'http://CANARY.example', allowInsecure: false },
      TypeError,
      /baseUrl must be .*allowInsecure/,
    ],
    [{ apiKey, allowInsecure: 'CANARY' }, TypeError, 'allowInsecure must be'],
    [{ apiKey, timeoutMs: 0 }, RangeError, 'timeoutMs must be'],
    [{ apiKey, apiVersion: 5 }, TypeError, 'apiVersion must be'],
    [{ apiKey, apiVersion: 'CANARY\n' }, TypeError, 'apiVersion must be'],
    [{ apiKey, fetch: 'CANARY' }, TypeError, 'fetch must be'],
    [{ apiKey, key: 1 }, TypeError, 'unknown option "key"'],
  ])('are checked and not quoted: %j', (options, type, problem) => {
    let error: unknown;
    try {
      create(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(type);
    expect(String(error)).toMatch(new RegExp(`^\\w+: ${owner}: `));
    expect(String(error)).toMatch(problem);
    expect(inspect(error).includes('CANARY')).toBe(false);
  });
});
