import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.js';
import { checkNumber, checkOptions, urlParameters } from '../checks/check-options.js';
import { checkProvider } from '../checks/check-provider.js';
import { checkRef, checkScope } from '../checks/check-ref.js';
import type { SecretProvider } from '../contract/provider.js';
import { seal } from '../contract/secret.js';
import { isSecretError, SecretError, type SecretErrorCode } from '../contract/secret-error.js';
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
const user = secrets.scoped({ user: 'usr_1' });
const poor = createSecrets<SecretProvider>({ name: 'poor', get: async () => undefined });
const folding = createSecrets<SecretProvider>({
  name: 'folding',
  get: async () => undefined,
  canonical: ({ name }) => ({ name: name === '…' ? '\0…' : name.toUpperCase().replace('-', '_') }), // \0: it can hold none
});
const layer = around({ name: 'layer', policy: (run, ctx) => run(ctx) });
const odd = (methods: Partial<SecretProvider>) =>
  createSecrets<SecretProvider>({ name: 'odd', get: async () => undefined, ...methods });
const wrong = (thing: unknown): never => thing as never;
const next = (refs: AsyncIterable<unknown>): Promise<unknown> => refs[Symbol.asyncIterator]().next();
const range = { min: 1, max: 9 };

class Canary {
  readonly value = 'CANARY';
}

type Case = readonly [error: SecretErrorCode | typeof TypeError, names: string, call: () => unknown];

/** Mistakes in an argument or an option: the message names it. The inputs have canaries in place of values. */
const mistakes: Readonly<Record<string, Case>> = {
  'get of an empty name': ['invalid_argument', 'name', () => secrets.get('')],
  'get of a name with a control character': ['invalid_argument', 'name', () => secrets.get('CANARY\n')],
  'get of a lone surrogate': ['invalid_argument', 'name', () => secrets.get('CANARY\ud800')],
  'get of a long name': ['invalid_argument', 'name', () => secrets.get('CANARY'.repeat(1_000))],
  'get of a name that is null': ['invalid_argument', 'name', () => secrets.get({ name: wrong(null) })],
  'get of a name that is an array': [
    'invalid_argument',
    'name',
    () => secrets.get({ name: wrong(['CANARY']) }),
  ],
  'get of a number': ['invalid_argument', 'ref', () => secrets.get(wrong(5))],
  'get of an array': ['invalid_argument', 'ref', () => secrets.get(wrong(['CANARY']))],
  'get of an instance of a class': ['invalid_argument', 'ref', () => secrets.get(wrong(new Canary()))],
  'get of a ref with an unknown field': [
    'invalid_argument',
    'nam',
    () => secrets.get(wrong({ nam: 'CANARY', name: 'y' })),
  ],
  'get of a ref with a long unknown field': [
    'invalid_argument',
    'ref',
    () => secrets.get(wrong({ ['x'.repeat(60)]: 'CANARY', name: 'y' })),
  ],
  'get of a scope with an unknown field': [
    'invalid_argument',
    'acount',
    () => secrets.get({ name: 'x', scope: wrong({ acount: 'CANARY' }) }),
  ],
  'get of a scope that is undefined': [
    'invalid_argument',
    'scope',
    () => secrets.get({ name: 'x', scope: wrong(undefined) }),
  ],
  'get of a scope that is a string': [
    'invalid_argument',
    'scope',
    () => secrets.get({ name: 'x', scope: wrong('CANARY') }),
  ],
  'get in the scope of another user': [
    'invalid_argument',
    'scope.user',
    () => user.get({ name: 'x', scope: { user: 'CANARY' } }),
  ],
  'get of a version that is empty': [
    'invalid_argument',
    'version',
    () => secrets.get({ name: 'x', version: '' }),
  ],
  'get of a field that is a number': [
    'invalid_argument',
    'field',
    () => secrets.get({ name: 'x', field: wrong(5) }),
  ],
  'set with a version': [
    'invalid_argument',
    'ref',
    () =>
      odd({ set: async () => undefined, listVersions: async () => [] }).set(
        { name: 'x', version: '1' },
        'CANARY',
      ),
  ],
  'set of a field': [
    'invalid_argument',
    'unknown field "field"',
    () => secrets.set(wrong({ name: 'x', field: 'y' }), 'CANARY'),
  ],
  'set of empty bytes': ['invalid_argument', 'value', () => secrets.set('x', new Uint8Array())],
  'compareAndSet with a version that is empty': [
    'invalid_argument',
    'expected',
    () => odd({ compareAndSet: async () => ({ version: '1' }) }).compareAndSet('x', 'CANARY', ''),
  ],
  'use with a status that is not one': [
    'invalid_argument',
    'authFailure',
    () => secrets.use('x', () => 'CANARY', { authFailure: wrong(['CANARY']) }),
  ],
  'get with options that are a boolean': ['invalid_argument', 'options', () => secrets.get('x', wrong(true))],
  'get with options that are a map': [
    'invalid_argument',
    'options',
    () => secrets.get('x', wrong(new Map([['fresh', 'CANARY']]))),
  ],
  'get with an unknown option': [
    'invalid_argument',
    'frsh',
    () => secrets.get('x', wrong({ frsh: 'CANARY' })),
  ],
  'get with a signal that is null': [
    'invalid_argument',
    'signal',
    () => secrets.get('x', { signal: wrong(null) }),
  ],
  'get with a signal that is half of one': [
    'invalid_argument',
    'signal',
    () => secrets.get('x', { signal: wrong({ aborted: false, addEventListener: () => 'CANARY' }) }),
  ],
  'get with a signal that is a controller': [
    'invalid_argument',
    'signal',
    () => secrets.get('x', { signal: wrong(new AbortController()) }),
  ],
  'scoped with an undefined account': [
    'invalid_argument',
    'scope.account',
    () => secrets.scoped({ account: wrong(undefined) }),
  ],
  'scoped with an empty user': ['invalid_argument', 'scope.user', () => secrets.scoped({ user: '' })],
  'scoped with an empty scope': ['invalid_argument', 'scope', () => secrets.scoped({})],
  'scoped without a scope': ['invalid_argument', 'scope', () => secrets.scoped(wrong(undefined))],
  'scoped with another user': ['invalid_argument', 'scope.user', () => user.scoped({ user: 'CANARY' })],
  'scoped with a function of an empty scope': [
    'invalid_argument',
    'scope',
    () => secrets.scoped(() => ({})).get('x'),
  ],
  'getMany of a wrong ref': [
    'invalid_argument',
    'refs["hook"]: ref',
    () => secrets.getMany({ db: 'a', hook: wrong(undefined) }),
  ],
  'getMany of a wrong ref under a long key': [
    'invalid_argument',
    `refs["${'x'.repeat(50)}"]: name`,
    () => secrets.getMany({ ['x'.repeat(60)]: 'CANARY\n' }),
  ],
  'getMany of a promise': [
    'invalid_argument',
    'refs',
    () => secrets.getMany(wrong(Promise.resolve({ a: 'CANARY' }))),
  ],
  'getMany of an array': ['invalid_argument', 'refs', () => secrets.getMany(wrong(['CANARY']))],
  'seal of an unknown field': [
    'invalid_argument',
    'expires',
    () => seal('CANARY', wrong({ expires: new Date(0) })),
  ],
  'seal of an invalid date': [
    'invalid_argument',
    'expiresAt',
    () => seal('CANARY', { expiresAt: new Date(Number.NaN) }),
  ],
  'seal of a date that is a string': [
    'invalid_argument',
    'createdAt',
    () => seal('CANARY', { createdAt: wrong('CANARY') }),
  ],
  'seal of a number': ['invalid_argument', 'value', () => seal(wrong(5))],
  'map without a function': ['invalid_argument', 'map: parse', () => seal('CANARY').map(wrong('CANARY'))],
  'map with an async function': [
    'invalid_argument',
    'map: parse',
    () => seal('CANARY').map(async (text) => text),
  ],
  'set with options that are null': [
    'invalid_argument',
    'options',
    () => secrets.set('x', 'CANARY', wrong(null)),
  ],
  'set of null': ['invalid_argument', 'value', () => secrets.set('token', wrong(null))],
  'set of a number': ['invalid_argument', 'value', () => secrets.set('token', wrong(5))],
  'set of an object': ['invalid_argument', 'value', () => secrets.set('token', wrong({ value: 'CANARY' }))],
  'set of an empty value': ['invalid_argument', 'value', () => secrets.set('token', '')],
  'set of a lone surrogate': ['invalid_argument', 'value', () => secrets.set('token', 'CANARY\ud800')],
  'set of a mapped secret': [
    'invalid_argument',
    'value',
    () => secrets.set('token', wrong(seal('CANARY').map((text) => ({ text })))),
  ],
  'set with a wrong expiry': [
    'invalid_argument',
    'expiresAt',
    () => secrets.set('token', 'CANARY', { expiresAt: wrong(5) }),
  ],
  'set with a proxy of a Date': [
    'invalid_argument',
    'expiresAt',
    () => secrets.set('token', 'CANARY', { expiresAt: new Proxy(new Date(), {}) }),
  ],
  'delete with a signal as options': [
    'invalid_argument',
    'options',
    () => secrets.delete('x', wrong(new AbortController().signal)),
  ],
  'delete with a long unknown option': [
    'invalid_argument',
    'x'.repeat(50),
    () => secrets.delete('x', wrong({ ['x'.repeat(60)]: 'CANARY' })),
  ],
  'use without a function': ['invalid_argument', 'run', () => secrets.use('x', wrong('CANARY'))],
  'onChange without a listener': [
    'invalid_argument',
    'listener',
    () => secrets.onChange('x', wrong('CANARY')),
  ],
  'watch of a name': ['invalid_argument', 'refs', () => secrets.watch(wrong('CANARY'), { everyMs: 1 })],
  'watch of nothing': ['invalid_argument', 'refs', () => secrets.watch([], { everyMs: 1 })],
  'watch without a period': ['invalid_argument', 'everyMs', () => secrets.watch(['x'], wrong({}))],
  'watch with a wrong period': [
    'invalid_argument',
    'everyMs',
    () => secrets.watch(['x'], { everyMs: wrong('CANARY') }),
  ],
  'checkRef of a scope that is an array': [
    'invalid_argument',
    'scope',
    () => checkRef({ name: 'CANARY', scope: wrong(['CANARY']) }),
  ],
  'checkScope of a promise': [
    'invalid_argument',
    'scope',
    () => checkScope(Promise.resolve({ account: 'CANARY' })),
  ],
  'compose of a string': [TypeError, 'compose: argument 2', () => compose(layer, wrong('CANARY'))],
  'createSecrets of an object': [
    TypeError,
    'createSecrets: provider',
    () => createSecrets(wrong({ get: () => undefined, value: 'CANARY' })),
  ],
  'createSecrets of a promise': [
    TypeError,
    'createSecrets: provider',
    () => createSecrets(wrong(Promise.resolve(provider))),
  ],
  'createSecrets of a middleware': [TypeError, 'createSecrets: provider', () => createSecrets(wrong(layer))],
  'createSecrets of a client': [TypeError, 'createSecrets: provider', () => createSecrets(wrong(secrets))],
  'createSecrets with options that are a string': [
    TypeError,
    'createSecrets: options',
    () => createSecrets(provider, wrong('CANARY')),
  ],
  'createSecrets with an unknown option': [
    TypeError,
    'createSecrets: unknown option "cooldown"',
    () => createSecrets(provider, wrong({ cooldown: 'CANARY' })),
  ],
  'createSecrets with a wrong cooldown': [
    RangeError,
    'createSecrets: authCooldownMs',
    () => createSecrets(provider, { authCooldownMs: -1 }),
  ],
  'a middleware around a string': [TypeError, 'layer: provider', () => layer(wrong('CANARY'))],
  'a middleware that batches would bypass': [
    TypeError,
    'half: getMany',
    () =>
      defineMiddleware({ name: 'half', build: (inner) => ({ get: inner.get }) })({
        name: 'all',
        get: async () => undefined,
        getMany: async () => [],
      }),
  ],
  'checkProvider of null': [TypeError, 'mine: provider', () => checkProvider(null, 'mine')],
  'checkOptions of a provider': [TypeError, 'mine: options', () => checkOptions('mine', provider, ['ttl'])],
  'checkOptions without known options': [
    TypeError,
    'tttl',
    () => checkOptions('mine', { tttl: 'CANARY' }, []),
  ],
  'checkOptions of an unknown option': [
    TypeError,
    'mine: unknown option "tttl"',
    () => checkOptions('mine', { tttl: 'CANARY' }, ['ttl']),
  ],
  'checkNumber of a string': [TypeError, 'mine: ttl', () => checkNumber('mine', 'ttl', 'CANARY', range)],
  'checkNumber of a fraction': [
    RangeError,
    'mine: ttl',
    () => checkNumber('mine', 'ttl', 1.5, { ...range, whole: true }),
  ],
  'checkNumber out of range': [RangeError, 'mine: ttl', () => checkNumber('mine', 'ttl', 10, range)],
  'urlParameters of an unknown one': [
    TypeError,
    'env: URL: unknown parameter. Known parameters: prefix.',
    () => urlParameters(new URL('env:?prefx=CANARY'), ['prefix']),
  ],
  'urlParameters of a bare text': [
    TypeError,
    'env: URL: unknown parameter',
    () => urlParameters(new URL('env:?CANARY'), ['prefix']),
  ],
  'urlParameters of an empty one': [
    TypeError,
    'parameter prefix',
    () => urlParameters(new URL('env:?prefix='), ['prefix']),
  ],
  'urlParameters of a repeated one': [
    TypeError,
    'parameter prefix',
    () => urlParameters(new URL('env:?prefix=CANARY&prefix=CANARY'), ['prefix']),
  ],
  'urlParameters of a path': [TypeError, 'env: URL', () => urlParameters(new URL('env:CANARY'), ['prefix'])],
  'a SecretError of another code': [
    TypeError,
    'SecretError: unknown code',
    () => new SecretError(wrong('down'), 'CANARY.'),
  ],
};

/** Failures of a call: the message names the provider, and the operation and the ref where they are known. */
const failures: Readonly<Record<string, Case>> = {
  'require of a missing secret': [
    'not_found',
    'store get "token" (account acct_1)',
    () => secrets.scoped({ account: 'acct_1' }).require('token'),
  ],
  'require of a missing secret with a stored name': [
    'not_found',
    'folding get "api-key"',
    () => folding.require('api-key'),
  ],
  'require of a missing secret with the same stored name': [
    'not_found',
    'folding get "API_KEY"',
    () => folding.require('API_KEY'),
  ],
  'require of a name that cannot exist': ['not_found', 'folding get "…"', () => folding.require('…')],
  'map of a text that cannot be parsed': [
    'invalid_data',
    'value',
    () => seal('CANARY').map((text) => JSON.parse(text) as unknown),
  ],
  'onChange without a cache': [
    'unsupported',
    'store: onChange',
    () => secrets.onChange('token', () => undefined),
  ],
  'watch without a cache': [
    'unsupported',
    'store: watch',
    () => secrets.watch(['token'], { everyMs: 2_147_483_647 }),
  ],
  'list of a backend that cannot list': ['unsupported', 'poor list', () => next(poor.list())],
  'set of a backend that cannot write': ['unsupported', 'poor set "x"', () => poor.set('x', 'CANARY')],
  'delete of a backend that cannot delete': ['unsupported', 'poor delete "x"', () => poor.delete('x')],
  'get of a bare value': [
    'invalid_data',
    'odd get "x"',
    () => odd({ get: async () => wrong('CANARY') }).get('x'),
  ],
  'getMany of another number of answers': [
    'invalid_data',
    'odd getMany "a"',
    () => odd({ getMany: async () => [] }).getMany({ a: 'a', b: 'b' }),
  ],
  'getMany of a bare value': [
    'invalid_data',
    'odd getMany "a"',
    () => odd({ getMany: async () => wrong(['CANARY', undefined]) }).getMany({ a: 'a', b: 'b' }),
  ],
  'list of something else than a page': [
    'invalid_data',
    'odd list',
    () => next(odd({ list: async () => wrong('CANARY') }).list()),
  ],
  'list of a repeated cursor': [
    'invalid_data',
    'store list',
    async () => {
      for await (const ref of secrets.list()) expect(ref).toBeUndefined();
    },
  ],
  'get that throws another error': [
    'unknown',
    'odd get "x"',
    () => odd({ get: () => Promise.reject(new TypeError('CANARY')) }).get('x'),
  ],
  'invalidate that throws another error': [
    'unknown',
    'odd',
    () =>
      odd({
        memory: {
          invalidate: () => {
            throw new Error('CANARY');
          },
        },
      }).invalidate(),
  ],
  'close that throws another error': [
    'unknown',
    'odd',
    () => odd({ [Symbol.asyncDispose]: () => Promise.reject(new Error('CANARY')) }).close(),
  ],
  'get after close': [
    'closed',
    'odd',
    async () => {
      const closing = odd({});
      await closing.close();
      await closing.get('x');
    },
  ],
  'get of a version that the backend cannot read': [
    'unsupported',
    'versions',
    () => poor.get({ name: 'x', version: '1' }),
  ],
  'get of a field of a text': [
    'invalid_data',
    'JSON object',
    () => odd({ get: async () => seal('CANARY') }).get({ name: 'x', field: 'y' }),
  ],
  'require of a missing field': [
    'not_found',
    'field',
    () => odd({ get: async () => seal('{"a":"CANARY"}') }).require({ name: 'x', field: 'y' }),
  ],
  'watch after close': [
    'closed',
    'odd',
    async () => {
      const closing = odd({ memory: { subscribe: () => () => undefined } });
      await closing.close();
      closing.watch(['x'], { everyMs: 1 });
    },
  ],
};

const grammar = new RegExp(
  String.raw`(?:^|: )(?:[\w ,.()[\]"]+ must (?:not )?(?:be|have) .+` + // what is expected
    String.raw`|unknown \w+(?: "[^"]+")?\. (?:Known \w+s: [\w, ]+|There are no \w+s))\.$`,
);

describe.each([
  ['mistake', mistakes],
  ['failure', failures],
])('the message of a %s', (_, cases) => {
  it.each(Object.entries(cases))('%s', async (_, [expected, named, call]) => {
    const error = (await failureOf(call)) as Error;
    if (typeof expected === 'string') expect(isSecretError(error, expected)).toBe(true);
    else expect(Object.getPrototypeOf(error)).toBe(expected.prototype);
    const start = typeof expected === 'string' ? `${expected}: ` : '';
    expect(error.message.startsWith(start)).toBe(true);
    expect(error.message.slice(start.length)).toContain(named);
    expect(error.message).toMatch(/[^.\s]\.$/); // it ends with one full stop
    expect(error.message).not.toMatch(/\b(?:undefined|NaN|\[object|Symbol\()(?!\.)/); // unless it is the kind that it got
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });
});

it.each(Object.entries(mistakes))(
  'the message of a mistake says what is expected: %s',
  async (_, [, , call]) => {
    const error = (await failureOf(call)) as Error;
    expect(error.message).toMatch(grammar);
  },
);

describe('the message', () => {
  it.each<[string, () => unknown]>([
    [
      'not_found: store get "token" (account acct_1): the secret does not exist, or has expired. Create it, or check its name and scope.',
      () => secrets.scoped({ account: 'acct_1' }).require('token'),
    ],
    [
      'not_found: folding get "api-key": the secret does not exist, or has expired. Create it as "API_KEY", or check its name and scope.',
      () => folding.require('api-key'),
    ],
    ['invalid_argument: name must not be empty.', () => secrets.get('')],
    [
      'invalid_argument: refs["hook"]: ref must be a name or { name, scope, version }, got undefined.',
      () => secrets.getMany({ hook: wrong(undefined) }),
    ],
    [
      'invalid_argument: unknown option "frsh". Known options: signal, fresh.',
      () => secrets.get('x', wrong({ frsh: 1 })),
    ],
    [
      'invalid_argument: store set "token": value must be a string or bytes, got number.',
      () => secrets.set('token', wrong(5)),
    ],
    [
      "unsupported: poor list: this backend does not support list. Check secrets.can('list') first.",
      () => next(poor.list()),
    ],
    [
      'unknown: odd get "x": the provider or a middleware threw TypeError. Its message is withheld, since it may quote a secret. Throw a SecretError instead.',
      () => odd({ get: () => Promise.reject(new TypeError('x')) }).get('x'),
    ],
    [
      'createSecrets: authCooldownMs must be a number between 0 and 2147483647, got -1.',
      () => createSecrets(provider, { authCooldownMs: -1 }),
    ],
    [
      'createSecrets: provider must have a name and a get method, such as envSecrets(), got a client. Pass the provider that the client was made of.',
      () => createSecrets(wrong(secrets)),
    ],
  ])('is: %s', async (message, call) => {
    expect(((await failureOf(call)) as Error).message).toBe(message);
  });
});
