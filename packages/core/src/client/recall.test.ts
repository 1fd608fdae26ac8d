import { describe, expect, it } from 'vitest';
import type { CachedReader } from '../contract/memory.js';
import type { SecretProvider } from '../contract/provider.js';
import { seal } from '../contract/secret.js';
import { around } from '../kernel/around.js';
import { defineMiddleware } from '../kernel/define-middleware.js';
import { createSecrets } from './create-secrets.js';

/** A stack that remembers everything at once, and says how it was asked. */
function setUp() {
  const seen: string[] = [];
  let here = true;
  const secret = seal('value');
  const answer = Promise.resolve(secret);
  const provider: SecretProvider = {
    name: 'remembering',
    get: ({ name }, { fresh }) => {
      seen.push(`get ${name}${fresh ? ', fresh' : ''}`);
      return answer;
    },
    peek: ({ name }) => {
      seen.push(`peek ${name}`);
      return secret;
    },
    recall: ({ name, scope }) => {
      seen.push(`recall ${name}${scope ? ` of ${scope.user}` : ''}`);
      return (use) => {
        seen.push(use ? 'used' : 'looked');
        return here ? { secret, answer } : undefined;
      };
    },
  };
  return { provider, seen, answer, forget: () => (here = false) };
}

describe('a name that is read again', () => {
  it('takes the short way, by the very promise that is kept', async () => {
    const { provider, seen, answer } = setUp();
    const secrets = createSecrets(provider);
    await secrets.get('a');
    expect(secrets.get('a')).toBe(answer);
    expect(secrets.require('a')).toBe(answer);
    expect(secrets.peek('a')?.reveal()).toBe('value');
    expect(seen).toEqual(['get a', 'recall a', 'used', 'used', 'looked']);
  });

  it('takes the long way when nothing is kept, with options, and by ref', async () => {
    const { provider, seen, forget } = setUp();
    const secrets = createSecrets(provider);
    await secrets.get('a');
    await secrets.get('a', { fresh: true });
    await secrets.get('a', {});
    await secrets.get({ name: 'a' });
    forget();
    await secrets.get('a');
    secrets.peek('a');
    expect(seen).toEqual([
      'get a',
      'get a, fresh',
      'get a',
      'get a',
      'recall a',
      'used',
      'get a',
      'looked',
      'peek a',
    ]);
  });

  it('is recalled in a batch, if all of the batch is kept', async () => {
    const { provider, seen, forget } = setUp();
    const secrets = createSecrets(provider);
    await secrets.getMany({ one: 'a', other: 'b' });
    const { one, other } = await secrets.getMany({ one: 'a', other: 'b' });
    expect([one?.reveal(), other?.reveal()]).toEqual(['value', 'value']);
    const shortWay = ['recall a', 'looked', 'recall b', 'looked', 'used', 'used'];
    expect(seen.splice(0)).toEqual(['get a', 'get b', ...shortWay]);

    await secrets.getMany({ one: 'a', other: 'b' }, {});
    await secrets.getMany({ one: 'a', other: 'never read before' });
    await secrets.getMany({ one: 'a', other: { name: 'b' } });
    forget();
    await secrets.getMany({ one: 'a', other: 'b' });
    expect(seen).toEqual([
      ...['get a', 'get b'], // with options
      ...['looked', 'get a', 'get never read before'],
      ...['looked', 'get a', 'get b'], // by ref
      ...['looked', 'get a', 'get b'], // nothing is kept
    ]);
  });

  it('is recalled within the scope of the client', async () => {
    const { provider, seen } = setUp();
    const hers = createSecrets(provider).scoped({ user: 'usr_1' });
    await hers.get('a');
    await hers.get('a');
    expect(seen).toEqual(['get a', 'recall a of usr_1', 'used']);
  });

  it('is closed like any other', async () => {
    const { provider } = setUp();
    const secrets = createSecrets(provider);
    await secrets.get('a');
    await secrets.get('a');
    const closing = secrets.close();
    await expect(secrets.get('a')).rejects.toMatchObject({ code: 'closed' });
    expect(() => secrets.peek('a')).toThrow(/^closed/);
    await closing;
  });

  it('that cannot be recalled fails with a code, and shows nothing', async () => {
    const { provider } = setUp();
    const secrets = createSecrets({
      ...provider,
      recall: () => {
        throw new TypeError('CANARY');
      },
    });
    await secrets.get('a');
    await expect(secrets.get('a')).rejects.toMatchObject({
      code: 'unknown',
      message: expect.not.stringContaining('CANARY'),
    });
  });
});

describe('a middleware', () => {
  it('that overrides get is not gone around', async () => {
    const { provider, seen } = setUp();
    const gets: string[] = [];
    const counted = around({
      name: 'counted',
      policy: (run, ctx, { operation }) => {
        gets.push(operation);
        return run(ctx);
      },
    });
    const secrets = createSecrets(counted(provider));
    await secrets.get('a');
    await secrets.get('a');
    expect([gets, seen]).toEqual([
      ['get', 'get'],
      ['get a', 'get a'],
    ]);
  });

  it('that leaves get alone hands it on, and one may have its own', async () => {
    const { provider, seen } = setUp();
    const recall = (): CachedReader => () => undefined;
    const through = defineMiddleware({ name: 'through', build: () => ({}) });
    const own = defineMiddleware({ name: 'own', build: ({ get }) => ({ get, recall }) });
    const [one, other] = [createSecrets(through(provider)), createSecrets(own(provider))];
    for (const secrets of [one, other]) {
      await secrets.get('a');
      await secrets.get('a');
    }
    expect(seen).toEqual(['get a', 'recall a', 'used', 'get a', 'get a']);
  });
});
