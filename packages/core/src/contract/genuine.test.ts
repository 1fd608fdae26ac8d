import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { outcome } from '../../test/revealed.js';
import { createSecrets } from '../client/create-secrets.js';
import { guard } from '../kernel/guard.js';
import { isSettled, type SecretProvider, settled } from './provider.js';
import { fetchedAt, genuine, isSecret, markStale, type Secret, seal, staleUntil } from './secret.js';

const canary = 'CANARY-not-a-real-secret';
const brand = Symbol.for('secretkit.Secret');
const Sealed = seal('value').constructor as new (value: string, meta: object) => Secret;

/** What only looks like a secret. Each makes a new one. */
const forgeries: Readonly<Record<string, () => unknown>> = {
  'a proxy of one': () => new Proxy(seal(canary), {}),
  'one whose expiry is a text': () => ({ [brand]: true, reveal: () => canary, expiresAt: 'tomorrow' }),
  'one whose expiry throws': () =>
    Object.defineProperty({ [brand]: true, reveal: () => canary }, 'expiresAt', { get: failNow }),
  'an object that inherits from one': () => Object.create(seal(canary)) as unknown,
  'the prototype alone': () => Object.getPrototypeOf(seal(canary)) as unknown,
  'a brand alone': () => ({ [brand]: true }),
  'one that reveals an object': () => ({ [brand]: true, reveal: () => ({ canary }) }),
  'one with a version that is an object': () => ({
    [brand]: true,
    reveal: () => canary,
    version: { canary },
  }),
  'a mapped number': () => seal('5').map(Number),
  'a mapped object': () => seal(canary).map((text) => ({ text })),
  'an empty mapped text': () => seal(' ').map((text) => text.trim()),
  'a mapped lone surrogate': () => seal('\u{1F600}').map((text) => text.slice(0, 1)),
};

/** Values that are good, but must not be passed on as they are. */
const copied: Readonly<Record<string, () => unknown>> = {
  'of a subclass that overrides its members': () =>
    new (class extends Sealed {
      override get expiresAt(): Date {
        return new Date('2100-01-01');
      }
    })('value', {}),
  'of an older copy of the package': () => ({
    [brand]: true,
    reveal: () => 'value',
    expiresAt: new Date('2100-01-01'),
  }),
};

const calls: Readonly<Record<string, (secret: unknown) => Promise<unknown>>> = {
  get: (secret) => createSecrets({ name: 'own', get: async () => secret as Secret }).get('a'),
  getMany: async (secret) => {
    const getMany = async (refs: readonly unknown[]): Promise<never> => refs.map(() => secret) as never;
    const secrets = createSecrets({ name: 'own', get: async () => undefined, getMany });
    const { a } = await secrets.getMany({ a: 'a', b: 'b' });
    return a;
  },
};

describe.each(Object.entries(calls))('%s', (_, call) => {
  it.each(Object.entries(forgeries))('refuses %s', async (_name, make) => {
    const error = await call(make()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_data', provider: 'own' });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(canary);
  });

  it.each(Object.entries(copied))('copies one %s', async (_name, make) => {
    const made = make();
    const got = (await call(made)) as Secret;
    expect(got).not.toBe(made);
    expect(got.constructor).toBe(Sealed);
    expect(got.reveal()).toBe('value');
    expect(got.expiresAt).toEqual(new Date('2100-01-01'));
  });
});

it.each(Object.entries(forgeries))('a look into memory never returns %s', (_, make) => {
  const memory = { cached: () => () => ({ secret: make() as Secret }) };
  const secrets = createSecrets({ name: 'own', get: async () => undefined, memory });
  expect(() => secrets.peek('a')).toThrow(expect.objectContaining({ code: 'invalid_data' }));
});

it.each(Object.entries(forgeries))('%s is never written', async (_, make) => {
  const write = vi.fn();
  const store = { name: 'own', get: async () => undefined, set: write, compareAndSet: write };
  const secrets = createSecrets(store as SecretProvider as Required<SecretProvider>);
  for (const written of [
    secrets.set('a', make() as Secret),
    secrets.compareAndSet('a', make() as Secret, '1'),
  ]) {
    const error = await written.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(canary);
  }
  expect(write).not.toHaveBeenCalled();
});

it.each([' \n', '\t'])('a mapped secret of the text %j is written', async (text) => {
  const set = vi.fn(async (_ref: unknown, _secret: Secret) => undefined);
  await createSecrets({ name: 'own', get: async () => undefined, set }).set(
    'a',
    seal('x').map(() => text),
  );
  expect(set.mock.calls[0]?.[1].reveal()).toBe(text);
});

describe('genuine', () => {
  it('returns a sealed value itself, with what caches add to it', () => {
    for (const secret of [
      seal('v'),
      seal(Uint8Array.of(1)),
      markStale(seal('v'), new Date(5)),
      seal('v').map((v) => v),
    ]) {
      expect(genuine(secret)).toBe(secret);
    }
  });

  it('keeps every fact of a value of another copy of the package', async () => {
    vi.resetModules();
    const other = await import('./secret.js');
    const meta = { expiresAt: new Date(3), refreshAt: new Date(2), createdAt: new Date(1), version: 'v1' };
    for (const value of ['v', Uint8Array.of(0, 255)]) {
      const foreign = other.markStale(
        other.withFetchedAt(other.seal(value, meta), 1_000),
        new Date(2_000),
        3_000,
      );
      const copy = genuine(foreign)!;
      expect(copy).not.toBe(foreign);
      expect(copy.constructor).toBe(Sealed);
      expect([copy.reveal(), copy.format]).toEqual([foreign.reveal(), foreign.format]);
      const { expiresAt, refreshAt, createdAt, version, staleSince } = copy;
      expect({ expiresAt, refreshAt, createdAt, version, staleSince }).toEqual({
        ...meta,
        staleSince: new Date(2_000),
      });
      expect([fetchedAt(copy), staleUntil(copy)]).toEqual([1_000, 3_000]);
    }
  });

  it.each([undefined, null, 'text', 5, {}, [], () => seal('v')])('is undefined for %s', (thing) => {
    expect(genuine(thing)).toBeUndefined();
  });
});

describe('a settled promise', () => {
  it.each(Object.entries(forgeries))('cannot be made of %s', (_, make) => {
    expect(() => settled(make() as Secret)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });

  it.each([
    ['a text', async () => canary],
    ['one that rejects', async () => failNow()],
  ])('does not take another promise: %s', async (_, make) => {
    const other: Promise<unknown> = make();
    other.catch(() => undefined);
    const made = (settled as (secret: Secret, promise: unknown) => Promise<Secret>)(seal('value'), other);
    expect((await made).reveal()).toBe('value');
    expect(isSettled(other)).toBe(false);
  });

  it('has no brand that can be copied', async () => {
    const forged = Promise.resolve(canary as never as Secret);
    const symbols = Object.getOwnPropertySymbols(settled(seal('v')));
    for (const symbol of [Symbol.for('secretkit.settled'), ...symbols]) {
      Reflect.defineProperty(forged, symbol, { value: true });
    }
    expect(isSettled(forged)).toBe(false);
    expect(await outcome(guard({ name: 'own', get: () => forged }).get({ name: 'a' }, {}))).toBe(
      'invalid_data',
    );
  });

  it('of another copy of the package is read as any promise', async () => {
    vi.resetModules();
    const [other, { seal: otherSeal }] = await Promise.all([import('./provider.js'), import('./secret.js')]);
    const foreign = other.settled(otherSeal('value'));
    const answer = await guard({ name: 'own', get: () => foreign }).get({ name: 'a' }, {});
    expect(isSecret(answer) && answer.constructor).toBe(Sealed);
  });
});

function failNow(): never {
  throw new Error(canary);
}
