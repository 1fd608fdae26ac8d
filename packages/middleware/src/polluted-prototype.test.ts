import { createSecrets } from '@secretkit/core';
import type { SecretProvider } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { afterEach, describe, expect, it } from 'vitest';
import { cache } from './cache/index.js';
import { circuitBreaker, failureShare } from './circuit-breaker/index.js';
import { fallback } from './fallback/index.js';
import { incidents } from './observe/index.js';
import { prefix } from './prefix/index.js';
import { rateLimit } from './rate-limit/index.js';
import { recommended } from './recommended/index.js';
import { rename } from './rename/index.js';
import { retry } from './retry/index.js';
import { telemetry } from './telemetry/index.js';
import { timeout } from './timeout/index.js';

const [one, other] = [{ account: 'acct_1' }, { account: 'acct_2' }];

const stacks: Readonly<Record<string, (provider: SecretProvider) => SecretProvider>> = {
  cache: cache(),
  recommended: recommended(),
  fallback: (provider) => fallback(provider, memorySecrets()),
  rename: (provider) => rename(provider, { renamed: 'b' }),
  prefix: (provider) => cache()(prefix(provider, 'app/')),
};

/** A client with one name in three scopes. */
function clientOf(stack: (provider: SecretProvider) => SecretProvider) {
  const names = ['a', 'app/a'];
  const initial = names.flatMap((name) => [
    [name, 'default'] as const,
    [{ name, scope: one }, 'one'] as const,
    [{ name, scope: other }, 'other'] as const,
  ]);
  return createSecrets(stack(memorySecrets({ initial })));
}

describe.each(Object.keys(stacks))('behind %s', (stack) => {
  const added = ['scope', 'account', 'user', 'version'] as const;
  afterEach(() => {
    for (const field of added) Reflect.deleteProperty(Object.prototype, field);
  });

  it.each(added)('the field %s, added to Object.prototype, opens no other scope', async (field) => {
    const secrets = clientOf((provider) => (stacks[stack] as (typeof stacks)[string])(provider));
    await secrets.get({ name: 'a', scope: { user: 'usr_1' } });
    const value = field === 'scope' ? other : 'acct_2';
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    const scoped = secrets.scoped(one);
    const both = await secrets.getMany({ all: 'a', own: { name: 'a', scope: one } });
    expect(
      [await secrets.get('a'), secrets.peek('a'), await scoped.get('a'), both.all, both.own].map((found) =>
        found?.reveal(),
      ),
    ).toEqual(['default', 'default', 'one', 'default', 'one']);
    const listed: string[] = [];
    for await (const ref of secrets.list?.() ?? []) listed.push(JSON.stringify(ref.scope ?? {}));
    expect(new Set(listed)).toEqual(new Set(['{}']));
    const isWritable = secrets.can('set');
    if (isWritable) await secrets.set?.('a', 'written');
    expect((await scoped.get('a'))?.reveal()).toBe('one');
    expect((await secrets.get({ name: 'a', scope: other }))?.reveal()).toBe('other');
    secrets.invalidate();
    expect((await secrets.get('a'))?.reveal()).toBe(isWritable ? 'written' : 'default');
  });
});

const factories: Readonly<Record<string, (options: object) => unknown>> = {
  cache,
  recommended,
  retry,
  timeout,
  circuitBreaker,
  failureShare,
  telemetry,
  rateLimit: (options) => rateLimit({ callsPerSecond: 1, ...options }),
  incidents: (options) => incidents({ log: () => undefined, ...options }),
  fallback: (options) => fallback(memorySecrets(), memorySecrets(), options),
};

describe.each(Object.keys(factories))('an option of %s, added to Object.prototype', (name) => {
  const make = factories[name] as (typeof factories)[string];
  const options = [...knownOptions(make)];
  afterEach(() => {
    for (const option of options) Reflect.deleteProperty(Object.prototype, option);
  });

  it.each(options)('is not read: %s', (option) => {
    Object.defineProperty(Object.prototype, option, {
      value: 'polluted',
      configurable: true,
      writable: true,
    });
    expect(() => make({})).not.toThrow();
    expect(() => make({ [option]: 'polluted' })).toThrow(TypeError); // it is an option, and this a wrong value
  });
});

/** Returns the options that the error about an unknown one lists, without those of any type. */
function knownOptions(make: (options: object) => unknown): readonly string[] {
  const unchecked = new Set([
    'onEvent',
    'onRetry',
    'onStateChange',
    'onFallThrough',
    'now',
    'random',
    'hits',
    'coalesce',
    'waitUntil',
  ]);
  try {
    make({ unknown: true });
  } catch (error) {
    const [, list = ''] = /Known options: (.*)\.$/.exec((error as Error).message) ?? [];
    return list.split(', ').filter((option) => !unchecked.has(option));
  }
  throw new Error('an unknown option was accepted');
}
