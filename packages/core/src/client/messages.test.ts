import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkNumber, checkOptions } from '../checks/check-options.js';
import { settled } from '../contract/memory.js';
import type { SecretProvider } from '../contract/provider.js';
import { layersOf } from '../contract/provider.js';
import { seal } from '../contract/secret.js';
import { SecretError } from '../contract/secret-error.js';
import { around } from '../kernel/around.js';
import { compose } from '../kernel/compose.js';
import { defineMiddleware } from '../kernel/define-middleware.js';
import { createSecrets } from './create-secrets.js';

const provider: SecretProvider = {
  name: 'store',
  get: async () => undefined,
  list: async ({ cursor }) => ({ refs: [], ...(cursor === undefined ? { cursor: 'a' } : { cursor }) }),
  set: async () => undefined,
  delete: async () => undefined,
};
const secrets = createSecrets(provider);
const poor = createSecrets<SecretProvider>({ name: 'poor', get: async () => undefined });
const folding = createSecrets<SecretProvider>({
  name: 'folding',
  get: async () => undefined,
  canonical: ({ name }) => ({ name: name === '…' ? '\0…' : name.toUpperCase().replace('-', '_') }), // \0: it can hold none
});
const answering = (answer: unknown) => createSecrets({ name: 'odd', get: async () => answer as undefined });
const wrong = (thing: unknown): never => thing as never;
const next = (refs: AsyncIterable<unknown>): Promise<unknown> => refs[Symbol.asyncIterator]().next();

/** Every sentence that a mistake is settled with: what is wrong, and what to do. */
describe('a message says what was asked, what is wrong and what to do next', () => {
  it.each<[string, () => unknown]>([
    [
      'not_found: store get "token" (account acct_1): there is no such secret, or it has expired. Create it, or check its name and scope.',
      () => secrets.scoped({ account: 'acct_1' }).require('token'),
    ],
    [
      'not_found: folding get "api-key": there is no such secret, or it has expired. Create it as "API_KEY", or check its name and scope.',
      () => folding.require('api-key'),
    ],
    [
      'not_found: folding get "API_KEY": there is no such secret, or it has expired. Create it, or check its name and scope.',
      () => folding.require('API_KEY'),
    ],
    [
      'not_found: folding get "…": there is no such secret, or it has expired. There can be none here of that name and scope: check its name and scope.',
      () => folding.require('…'),
    ],
    ['invalid_argument: the name of a secret is empty.', () => secrets.get('')],
    ['invalid_argument: the name of a secret has a control character.', () => secrets.get('a\n')],
    ['invalid_argument: the name of a secret has half of a surrogate pair.', () => secrets.get('\ud800')],
    [
      'invalid_argument: the name of a secret has 5001 characters, 5000 at most.',
      () => secrets.get('x'.repeat(5_001)),
    ],
    [
      'invalid_argument: the name of a secret is a string, not null.',
      () => secrets.get({ name: wrong(null) }),
    ],
    [
      'invalid_argument: the name of a secret is a string, not an array.',
      () => secrets.get({ name: wrong([]) }),
    ],
    ['invalid_argument: a ref is a name or { name, scope }, not number.', () => secrets.get(wrong(5))],
    ['invalid_argument: a ref is a name or { name, scope }, not an array.', () => secrets.get(wrong(['x']))],
    [
      'invalid_argument: a ref has no field "nam": it has name and scope.',
      () => secrets.get(wrong({ nam: 'x', name: 'y' })),
    ],
    [
      `invalid_argument: a ref has no field "${'x'.repeat(50)}": it has name and scope.`,
      () => secrets.get(wrong({ ['x'.repeat(60)]: 'x' })),
    ],
    [
      'invalid_argument: a scope has no field "acount": it has account and user.',
      () => secrets.get({ name: 'x', scope: wrong({ acount: 'x' }) }),
    ],
    [
      'invalid_argument: a scope is { account, user }, not undefined. Leave it out for the default scope.',
      () => secrets.get({ name: 'x', scope: wrong(undefined) }),
    ],
    [
      "invalid_argument: a scope's account is a string, not undefined.",
      () => secrets.scoped({ account: wrong(undefined) }),
    ],
    ["invalid_argument: a scope's user is empty.", () => secrets.scoped({ user: '' })],
    [
      "invalid_argument: scoped() needs an account, a user or both. Has the tenant's id been loaded?",
      () => secrets.scoped({}),
    ],
    [
      "invalid_argument: scoped() needs an account, a user or both. Has the tenant's id been loaded?",
      () => secrets.scoped(wrong(undefined)),
    ],
    [
      'invalid_argument: under "hook": a ref is a name or { name, scope }, not undefined.',
      () => secrets.getMany({ db: 'a', hook: wrong(undefined) }),
    ],
    [
      'invalid_argument: a secret has no "expires": it has expiresAt, createdAt, version.',
      () => seal('v', wrong({ expires: new Date(0) })),
    ],
    [
      'invalid_argument: this client is scoped to user usr_1, and the ref names another user. Use a client of that scope.',
      () => secrets.scoped({ user: 'usr_1' }).get({ name: 'x', scope: { user: 'usr_2' } }),
    ],
    ['invalid_argument: options are an object with signal, fresh.', () => secrets.get('x', wrong(true))],
    [
      'invalid_argument: options are an object with expiresAt, signal.',
      () => secrets.set('x', 'v', wrong(null)),
    ],
    [
      'invalid_argument: options are an object with signal.',
      () => secrets.delete('x', wrong(new AbortController().signal)),
    ],
    [
      'invalid_argument: there is no option "frsh"; there is signal, fresh.',
      () => secrets.get('x', wrong({ frsh: 1 })),
    ],
    [
      `invalid_argument: there is no option "${'x'.repeat(50)}"; there is signal.`,
      () => secrets.delete('x', wrong({ ['x'.repeat(60)]: 1 })),
    ],
    ['invalid_argument: fresh is true or false.', () => secrets.get('x', { fresh: wrong('yes') })],
    [
      'invalid_argument: signal is an AbortSignal, such as controller.signal.',
      () => secrets.get('x', { signal: wrong(null) }),
    ],
    [
      'invalid_argument: signal is an AbortSignal, such as controller.signal.',
      () => secrets.get('x', { signal: wrong({ aborted: false, addEventListener: () => undefined }) }),
    ],
    [
      'invalid_argument: options are an object with signal, fresh.',
      () => secrets.get('x', wrong(new Map([['fresh', true]]))),
    ],
    [
      "invalid_argument: getMany takes an object of names or refs, such as { db: 'DATABASE_URL' }.",
      () => secrets.getMany(wrong(Promise.resolve({ a: 'a' }))),
    ],
    [
      'invalid_argument: signal is an AbortSignal, such as controller.signal.',
      () => secrets.get('x', { signal: wrong(new AbortController()) }),
    ],
    [
      "invalid_argument: getMany takes an object of names or refs, such as { db: 'DATABASE_URL' }.",
      () => secrets.getMany(wrong(['x'])),
    ],
    [
      'invalid_argument: store set "token": a value is a string, not null.',
      () => secrets.set('token', wrong(null)),
    ],
    [
      'invalid_argument: store set "token": a value is a string, not number.',
      () => secrets.set('token', wrong(5)),
    ],
    [
      'invalid_argument: store set "token": a value is not empty. Delete the secret instead of writing an empty one.',
      () => secrets.set('token', ''),
    ],
    [
      'invalid_argument: store set "token": the value has half of a surrogate pair, which no backend can store.',
      () => secrets.set('token', '\ud800'),
    ],
    [
      'invalid_argument: store set "token": a mapped Secret cannot be written. Write the string it came from.',
      () => secrets.set('token', wrong(seal('{}').map((text) => ({ text })))),
    ],
    [
      'invalid_argument: store set "token": expiresAt is a valid Date, such as new Date(ms).',
      () => secrets.set('token', 'v', { expiresAt: wrong(5) }),
    ],
    [
      'invalid_argument: expiresAt is a valid Date, such as new Date(ms).',
      () => seal('v', { expiresAt: new Date(Number.NaN) }),
    ],
    [
      'invalid_argument: createdAt is a valid Date, such as new Date(ms).',
      () => seal('v', { createdAt: wrong('2030') }),
    ],
    [
      'invalid_data: the value could not be parsed. The reason is withheld: a parser may quote what it reads.',
      () => seal('{').map((text) => JSON.parse(text) as unknown),
    ],
    [
      'unsupported: store: onChange needs a cache in the stack: only a cache sees that a value has changed.',
      () => secrets.onChange('token', () => undefined),
    ],
    [
      'unsupported: store: watch needs a cache in the stack: only a cache sees that a value has changed.',
      () => secrets.watch(['token'], { everyMs: 2_147_483_647 }),
    ],
    ['invalid_argument: map takes a function.', () => seal('{').map(wrong('JSON'))],
    [
      "unsupported: poor list: this backend has no list. Ask secrets.can('list') first.",
      () => next(poor.list()),
    ],
    [
      'unsupported: poor set "x": this backend has no set. Ask secrets.can(\'set\') first.',
      () => poor.set('x', 'v'),
    ],
    [
      'unsupported: poor delete "x": this backend has no delete. Ask secrets.can(\'delete\') first.',
      () => poor.delete('x'),
    ],
    [
      'invalid_data: odd get "x": the provider settled with a value that is neither sealed nor undefined. Mend the provider.',
      () => answering('bare').get('x'),
    ],
    [
      'invalid_data: odd getMany "a": the provider settled with something else than 2 answers for 2 refs. Mend the provider.',
      () =>
        createSecrets({ name: 'odd', get: async () => undefined, getMany: async () => [] }).getMany({
          a: 'a',
          b: 'b',
        }),
    ],
    [
      'invalid_data: odd getMany "a": the provider settled with a value that is neither sealed nor undefined. Mend the provider.',
      () =>
        createSecrets({
          name: 'odd',
          get: async () => undefined,
          getMany: async () => wrong(['bare', undefined]),
        }).getMany({ a: 'a', b: 'b' }),
    ],
    [
      'invalid_data: odd list: the provider settled with something else than a page of refs. Mend the provider.',
      () =>
        next(createSecrets({ name: 'odd', get: async () => undefined, list: async () => wrong(5) }).list()),
    ],
    [
      'invalid_data: store list: the pages go round in circles. Mend the provider.',
      async () => {
        for await (const ref of secrets.list()) expect(ref).toBeUndefined();
      },
    ],
    [
      'unknown: odd get "x": the provider threw TypeError. The message is withheld, since it may quote a secret: have the provider throw a SecretError that says what is safe to say.',
      () => createSecrets({ name: 'odd', get: () => Promise.reject(new TypeError('x')) }).get('x'),
    ],
    [
      'closed: odd has been closed. Build a new one, or close later.',
      async () => {
        const closing = createSecrets({ name: 'odd', get: async () => undefined });
        await closing.close();
        await closing.get('x');
      },
    ],
    [
      'compose takes middleware, such as cache(); its argument 2 is not a function.',
      () => compose(around({ name: 'a', policy: (run, ctx) => run(ctx) }), wrong('cache')),
    ],
    [
      'createSecrets needs a provider: an object with a name and a get method, such as envSecrets().',
      () => createSecrets(wrong({ get: () => undefined })),
    ],
    [
      'createSecrets needs a provider: an object with a name and a get method, such as envSecrets(). Await it first.',
      () => createSecrets(wrong(Promise.resolve(provider))),
    ],
    [
      'createSecrets needs a provider: an object with a name and a get method, such as envSecrets(). Call it first; a middleware, with a provider.',
      () => createSecrets(wrong(around({ name: 'a', policy: (run, ctx) => run(ctx) }))),
    ],
    [
      'createSecrets needs a provider: an object with a name and a get method, such as envSecrets(). This is a client: hand in the provider that it was made of.',
      () => createSecrets(wrong(secrets)),
    ],
    [
      'The middleware half overrides get but not getMany, and all has getMany: a batch would pass the middleware by. Override getMany too.',
      () =>
        defineMiddleware({ name: 'half', build: (inner) => ({ get: inner.get }) })({
          name: 'all',
          get: async () => undefined,
          getMany: async () => [],
        }),
    ],
    ['mine takes options (ttl), not a provider.', () => checkOptions('mine', provider, ['ttl'])],
    ['mine has no option "tttl". It has ttl.', () => checkOptions('mine', { tttl: 1 }, ['ttl'])],
    [
      `mine has no option "${'x'.repeat(50)}". It has a, b.`,
      () => checkOptions('mine', { ['x'.repeat(60)]: 1 }, ['a', 'b']),
    ],
    [
      'mine: ttl is a whole number from 1 to 9; it was 1.5.',
      () => checkNumber('mine', 'ttl', 1.5, { min: 1, max: 9, whole: true }),
    ],
    [
      'mine: ttl is a number from 1 to 9; it was 10.',
      () => checkNumber('mine', 'ttl', 10, { min: 1, max: 9 }),
    ],
    ['mine: now is a function, not number.', () => checkFunction('mine', 'now', 5)],
  ])('%s', async (message, act) => {
    const thrown = await Promise.resolve()
      .then(act)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(thrown).toBeInstanceOf(Error);
    expect((thrown as Error).message).toBe(message);
  });
});

describe('a brand', () => {
  it.each<[string, object]>([
    ['Secret', Object.getPrototypeOf(seal('v')) as object],
    ['SecretError', SecretError.prototype],
    ['wrapped', around({ name: 'a', policy: (run, ctx) => run(ctx) })(provider)],
    ['settled', settled(seal('v'))],
  ])('is one for all copies of the package: %s', (name, branded) => {
    const marks = Object.getOwnPropertySymbols(branded).map((symbol) => Symbol.keyFor(symbol));
    expect(marks).toContain(`secretkit.${name}`);
  });
});

describe('what a sealed value shows', () => {
  it('is one word, everywhere', () => {
    const secret = seal('v');
    expect([String(secret), `${secret}`, JSON.stringify({ secret }), inspect(secret)]).toEqual([
      '[secret]',
      '[secret]',
      '{"secret":"[secret]"}',
      '[secret]',
    ]);
    expect(Object.prototype.toString.call(secret)).toBe('[object Secret]');
    expect(secret.constructor.name).toBe('Secret');
  });
});

describe('around', () => {
  it('runs a deletion under the policy too, and shows its state', async () => {
    const seen: string[] = [];
    const counted = around({
      name: 'counted',
      policy: (run, ctx, { operation }) => {
        seen.push(operation);
        return run(ctx);
      },
      snapshot: () => ({ calls: seen.length }),
    });
    const deleted: string[] = [];
    const deleting: SecretProvider = { ...provider, delete: async ({ name }) => void deleted.push(name) };
    const stack = counted(deleting) as SecretProvider;
    await createSecrets(stack).delete('x');
    expect([seen, deleted]).toEqual([['delete'], ['x']]);
    expect(layersOf(stack)[0]?.snapshot?.()).toEqual({ calls: 1 });
    expect(
      Object.keys(layersOf(around({ name: 'plain', policy: (run, ctx) => run(ctx) })(provider))[0] ?? {}),
    ).toEqual(['name', 'options']);
  });
});

describe('an error', () => {
  it('has no field for what it was not told', () => {
    expect(Object.keys(new SecretError('unknown', 'x.')).sort()).toEqual([
      'code',
      'details',
      'problem',
      'retryable',
    ]);
    expect(new SecretError('unknown', 'x.').message).toBe('unknown: x.');
    expect(new SecretError('unknown', 'x.', { ref: { name: 'a' } }).ref).toEqual({ name: 'a' });
  });

  it('keeps names short', () => {
    const name = 'n'.repeat(100);
    expect(new SecretError('unknown', 'x.', { ref: { name } }).message).toBe(`unknown: "${name}": x.`);
    expect(new SecretError('unknown', 'x.', { ref: { name: `${name}n` } }).message).toBe(
      `unknown: "${'n'.repeat(99)}…": x.`,
    );
  });
});

describe('a client within the default account', () => {
  const account = (ref: { readonly scope?: { readonly account?: string } }) =>
    ref.scope?.account ?? 'acct_own';
  const owned: SecretProvider = {
    name: 'owned',
    get: async (ref) => seal(account(ref)),
    canonical: (ref) => ({ ...ref, scope: { ...ref.scope, account: account(ref) } }),
  };

  it('may name it, and no other', async () => {
    const hers = createSecrets(owned).scoped({ user: 'usr_1' });
    expect((await hers.require({ name: 'x', scope: { account: 'acct_own' } })).reveal()).toBe('acct_own');
    await expect(hers.get({ name: 'x', scope: { account: 'acct_other' } })).rejects.toThrow(
      'invalid_argument: this client is scoped to account acct_own, and the ref names another account.',
    );
  });

  it('is one of any account where the provider has no default', async () => {
    const folding = createSecrets({ ...owned, canonical: ({ name }) => ({ name: name.toUpperCase() }) });
    const hers = folding.scoped({ user: 'usr_1' });
    expect((await hers.require({ name: 'x', scope: { account: 'acct_other' } })).reveal()).toBe('acct_other');
    const named = createSecrets(owned).scoped({ account: 'acct_2' });
    expect((await named.require({ name: 'x', scope: { user: 'usr_1' } })).reveal()).toBe('acct_2');
  });
});
