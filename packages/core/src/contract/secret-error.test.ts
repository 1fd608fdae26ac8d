import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { toSecretError } from '../kernel/answers.js';
import { errorRules, isSecretError, SecretError, type SecretErrorCode, withFields } from './secret-error.js';

const codes = Object.keys(errorRules) as SecretErrorCode[];

describe('a SecretError', () => {
  it('has a message of the code, the call and the remedy', () => {
    const error = new SecretError('unavailable', 'HTTP 503. Try again later.', {
      provider: 'stripe',
      operation: 'get',
      ref: { name: 'token', scope: { account: 'acct_1', user: 'usr_1' } },
    });
    expect(error.message).toBe(
      'unavailable: stripe get "token" (account acct_1, user usr_1): HTTP 503. Try again later.',
    );
    expect(String(error)).toBe(`SecretError: ${error.message}`);
    expect(error).toBeInstanceOf(Error);
  });

  it.each(codes)('is retryable by the table, unless the backend refused a retry: %s', (code) => {
    const retryable = ['rate_limited', 'unavailable', 'timeout'].includes(code);
    expect(new SecretError(code, 'x').retryable).toBe(retryable);
    expect(new SecretError(code, 'x', { retryable: true }).retryable).toBe(retryable);
    expect(new SecretError(code, 'x', { retryable: false }).retryable).toBe(false);
  });

  it('allows no stale value after a definitive answer, and remembers no transient failure', () => {
    const where = (rule: 'staleAllowed' | 'remembered') =>
      codes.filter((code) => errorRules[code][rule]).sort();
    expect(where('staleAllowed')).toEqual(
      ['circuit_open', 'invalid_data', 'quota_exceeded', 'rate_limited', 'timeout', 'unavailable'].sort(),
    );
    expect(where('remembered')).toEqual(['permission_denied', 'unauthenticated', 'unknown']);
  });

  it.each([
    [1_500, 1_500],
    [0, 0],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [undefined, undefined],
  ])('keeps retryAfterMs only if it is finite and not negative: %s', (given, kept) => {
    expect(new SecretError('rate_limited', 'x', { retryAfterMs: given }).retryAfterMs).toBe(kept);
  });

  it('keeps only a status, a request id and a code of the details', () => {
    const details = {
      status: 503,
      requestId: 'req_123',
      vendorCode: 'rate_limit',
      body: 'CANARY',
      headers: { authorization: 'CANARY' },
    };
    expect(new SecretError('unavailable', 'x', { details }).details).toEqual({
      status: 503,
      requestId: 'req_123',
      vendorCode: 'rate_limit',
    });
    const sentences = {
      status: '503 CANARY',
      requestId: 'a sentence with CANARY',
      vendorCode: 'x'.repeat(101),
    };
    expect(new SecretError('unavailable', 'x', { details: sentences as never }).details).toEqual({});
    const objects = { requestId: { toString: () => 'CANARY' }, vendorCode: 5 };
    expect(new SecretError('unavailable', 'x', { details: objects as never }).details).toEqual({});
  });

  it('copies the known fields of its ref', () => {
    const ref = { name: 'token', scope: { account: 'acct_1' }, value: 'CANARY' };
    const error = new SecretError('unknown', 'x', { ref });
    ref.scope.account = 'acct_2';
    expect(error.ref).toEqual({ name: 'token', scope: { account: 'acct_1' } });
  });

  it('is plain data in JSON', () => {
    const error = new SecretError('rate_limited', 'Slow down.', {
      provider: 'stripe',
      operation: 'list',
      retryAfterMs: 5,
      details: { status: 429 },
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'SecretError',
      message: 'rate_limited: stripe list: Slow down.',
      code: 'rate_limited',
      problem: 'Slow down.',
      provider: 'stripe',
      operation: 'list',
      retryable: true,
      retryAfterMs: 5,
      details: { status: 429 },
    });
  });

  it('can be copied with another ref', () => {
    const error = new SecretError('unavailable', 'Down.', {
      provider: 'stripe',
      ref: { name: 'a' },
      retryable: false,
      retryAfterMs: 5,
      details: { status: 500 },
    });
    const other = withFields(error, { ref: { name: 'b' } });
    expect(other).not.toBe(error);
    expect(other).toMatchObject({ ...error, ref: { name: 'b' }, message: 'unavailable: stripe "b": Down.' });
  });
});

describe('isSecretError', () => {
  it('holds for errors of another copy of the package', async () => {
    vi.resetModules();
    const copy = await import('./secret-error.js');
    const foreign = new copy.SecretError('timeout', 'x');
    expect(foreign).not.toBeInstanceOf(SecretError);
    expect(isSecretError(foreign)).toBe(true);
    expect(isSecretError(foreign, 'timeout')).toBe(true);
    expect(isSecretError(foreign, 'unknown')).toBe(false);
  });

  it.each([undefined, null, 'timeout', new Error('timeout'), { code: 'timeout' }])(
    'does not hold for %s',
    (thing) => {
      expect(isSecretError(thing)).toBe(false);
    },
  );
});

describe('toSecretError', () => {
  it.each([
    [new TypeError('CANARY', { cause: 'CANARY' }), 'TypeError'],
    [Object.assign(new SyntaxError('CANARY'), { body: 'CANARY' }), 'SyntaxError'],
    [Object.assign(new Error('CANARY'), { name: 'CANARY' }), 'an exception'],
    [Object.assign(new Error('CANARY'), { code: 'conflict' }), 'an exception'],
    ['CANARY', 'an exception'],
    [null, 'an exception'],
    [{ text: 'CANARY' }, 'an exception'],
  ])('makes any other error unknown, and keeps only the name of a built-in class', (thrown, kind) => {
    const error = toSecretError(thrown, { provider: 'own', operation: 'get', ref: { name: 'a' } });
    expect(error).toMatchObject({ code: 'unknown', provider: 'own', ref: { name: 'a' } });
    expect(error.cause).toBeUndefined();
    expect(error.message).toContain(`threw ${kind}.`);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('copies a SecretError, with the place where it happened if it has none', () => {
    const complete = new SecretError('conflict', 'x', { provider: 'stripe' });
    expect(toSecretError(complete, { provider: 'own' })).toEqual(complete);
    const full = new SecretError('rate_limited', 'x', {
      provider: 'stripe',
      operation: 'get',
      ref: { name: 'a', scope: { user: 'u' } },
      retryAfterMs: 5,
      details: { status: 429 },
    });
    expect(toSecretError(full, { provider: 'own' })).toEqual(full);
    const ref = { name: 'a', scope: { user: 'u', value: 'CANARY' } };
    const anew = toSecretError(Object.assign(full, { ref }), { provider: 'own' });
    expect(anew.ref).toEqual({ name: 'a', scope: { user: 'u' } });
    expect(
      toSecretError(new SecretError('conflict', 'x'), { provider: 'own', operation: 'set' }),
    ).toMatchObject({
      code: 'conflict',
      provider: 'own',
      operation: 'set',
    });
  });
});

it.each(['not-found', 'toString', undefined])('a SecretError cannot have the code %s', (code) => {
  expect(() => new SecretError(code as 'unknown', 'as it is.')).toThrow(TypeError);
  expect(() => new SecretError(code as 'unknown', 'as it is.')).toThrow(codes.join(', '));
  expect(() => new SecretError(code as 'unknown', 'as it is.')).toThrow(/SecretError: .*\bcode\b/);
});

describe('the fields of a SecretError', () => {
  it('has no field that it was not given', () => {
    expect(Object.keys(new SecretError('unknown', 'x.')).sort()).toEqual([
      'code',
      'details',
      'problem',
      'retryable',
    ]);
    expect(new SecretError('unknown', 'x.').message).toBe('unknown: x.');
    expect(new SecretError('unknown', 'x.', { ref: { name: 'a' } }).ref).toEqual({ name: 'a' });
  });

  it('is one line, whatever the names of the provider and the secret', () => {
    const { message } = new SecretError('unknown', 'x.', {
      provider: 'a\nb',
      ref: { name: 'c\r\nd', scope: { user: 'e\u001b[31m' }, version: '\u0000' },
    });
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message).toContain('a\ufffdb "c\ufffd\ufffdd"');
  });

  it('shortens a long name', () => {
    const name = 'n'.repeat(100);
    expect(new SecretError('unknown', 'x.', { ref: { name } }).message).toBe(`unknown: "${name}": x.`);
    expect(new SecretError('unknown', 'x.', { ref: { name: `${name}n` } }).message).toBe(
      `unknown: "${'n'.repeat(99)}…": x.`,
    );
  });
});
