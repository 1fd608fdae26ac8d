import { startEmulator } from '@secretkit/stripe-emulator';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type StripeOpenerOptions, stripeOpener } from './opener.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const apiKey = (): string => 'sk_test_example';

const open = async (url: string, options: Partial<StripeOpenerOptions> = {}) =>
  stripeOpener({ apiKey, ...options }).open(new URL(url));

async function emulator(): Promise<string> {
  const server = await startEmulator();
  closing.push(() => server.close());
  server.secrets.put({ name: 'token', payload: 'of an account', account: 'acct_1' });
  return server.url;
}

describe('stripeOpener', () => {
  it('opens the store of the account in the URL, with the key of the options', async () => {
    const calls: string[] = [];
    const url = await emulator();
    const opener = stripeOpener({
      apiKey: async () => {
        calls.push('apiKey');
        return 'sk_test_example';
      },
    });
    expect(calls).toEqual([]);
    const provider = await opener.open(new URL(`stripe:?account=acct_1&livemode=false&baseUrl=${url}`));
    expect((await provider.get({ name: 'token' }, {}))?.reveal()).toBe('of an account');
    expect(calls).toEqual(['apiKey']);
  });

  it('opens the API at the baseUrl of the options', async () => {
    const baseUrl = await emulator();
    const provider = await open('stripe:?account=acct_1', { baseUrl });
    expect((await provider.get({ name: 'token' }, {}))?.reveal()).toBe('of an account');
  });

  it('has the scheme stripe, or another one', async () => {
    expect(stripeOpener({ apiKey }).schemes).toEqual(['stripe']);
    expect(stripeOpener({ apiKey, scheme: 'stripe-eu' }).schemes).toEqual(['stripe-eu']);
    expect((await open('stripe-eu:?account=acct_1', { scheme: 'stripe-eu' })).name).toBe('stripe');
  });

  it.each([
    ['stripe:?acount=acct_1', 'unknown parameter'],
    ['stripe:?account=', 'account'],
    ['stripe:?account=a&account=CANARY', 'account'],
    ['stripe:CANARY', 'path'],
    ['stripe://CANARY', 'host'],
    ['stripe:?livemode=CANARY', 'livemode'],
    ['stripe:?livemode=true', 'livemode'], // the key is of the test mode
    ['stripe:?account=CANARY%20', 'account'],
    ['stripe:?baseUrl=https://CANARY.example', 'baseUrl'],
    ['stripe:?baseUrl=https://127.0.0.1.CANARY.example', 'baseUrl'],
    ['stripe:?baseUrl=CANARY', 'baseUrl'],
    ['stripe:?baseUrl=http://127.0.0.1:1/CANARY', 'baseUrl'],
  ])('refuses %s', async (url, named) => {
    const error: unknown = await open(url).then(
      () => 'nothing was thrown',
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(named);
    expect(String(error)).not.toContain('CANARY');
  });

  it.each([
    ['in the options', 'stripe:', { baseUrl: 'http://stripe-emulator:12140' }],
    ['in the URL', 'stripe:?baseUrl=http://stripe-emulator:12140', {}],
  ])(
    'opens an emulator on another machine with allowInsecure, with a warning: %s',
    async (_, url, options) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      closing.push(async () => warn.mockRestore());
      expect((await open(url, { ...options, allowInsecure: true })).name).toBe('stripe');
      expect(warn).toHaveBeenCalledTimes(1);
      await expect(open(url, options)).rejects.toThrow(/baseUrl.*allowInsecure/);
      const live = { ...options, allowInsecure: true, apiKey: () => 'sk_live_CANARY' };
      await expect(open(url, live)).rejects.toThrow(/apiKey(?!.*CANARY)/);
      expect(warn).toHaveBeenCalledTimes(1);
    },
  );

  it('refuses another machine with TLS in the URL in any case', async () => {
    const url = 'stripe:?baseUrl=https://api.example';
    await expect(open(url, { allowInsecure: true })).rejects.toThrow(/baseUrl/);
  });

  it('refuses a baseUrl in both places, and an empty key', async () => {
    await expect(
      open('stripe:?baseUrl=http://127.0.0.1:2', { baseUrl: 'http://127.0.0.1:1' }),
    ).rejects.toThrow(/baseUrl/);
    await expect(open('stripe:', { apiKey: () => undefined })).rejects.toThrow(/apiKey/);
  });

  it.each<[unknown, string]>([
    [undefined, 'options'],
    [{}, 'apiKey'],
    [{ apiKey: 'CANARY' }, 'apiKey'],
    [{ apiKey, key: 'CANARY' }, '"key"'],
    [{ apiKey, allowInsecure: 'CANARY' }, 'allowInsecure'],
    [{ apiKey, scheme: 'CANARY' }, 'scheme'],
    [{ apiKey, scheme: 'stripe:' }, 'scheme'],
    [{ apiKey, scheme: 5 }, 'scheme'],
  ])('refuses wrong options: %o', (options, named) => {
    const build = () => stripeOpener(options as never);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(new RegExp(`^stripeOpener: .*${named}(?!.*CANARY)`));
  });
});
