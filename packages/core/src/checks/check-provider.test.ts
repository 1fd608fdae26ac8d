import { describe, expect, it } from 'vitest';
import type { Layer, SecretProvider } from '../contract/provider.js';
import { checkProvider } from './check-provider.js';

const least = { name: 'store', get: async () => undefined };
const method = () => undefined;
const check = (thing: unknown) => () => checkProvider(thing, 'mine');

class Memory {
  readonly cached = method;
}

describe('checkProvider', () => {
  it.each<[string, Partial<Record<keyof SecretProvider, unknown>>]>([
    ['a name and get', {}],
    ['members that are undefined', { getMany: undefined, memory: undefined, layers: undefined }],
    ['members that are null', { getMany: null, memory: null, layers: null }],
    [
      'every method',
      {
        getMany: method,
        list: method,
        set: method,
        compareAndSet: method,
        delete: method,
        listVersions: method,
        canonical: method,
        hold: method,
      },
    ],
    ['memory that is an object', { memory: { cached: method } }],
    ['memory of a class', { memory: new Memory() }],
    ['no layers', { layers: [] }],
    ['a layer', { layers: [{ name: 'cache', options: {} }] }],
    ['a layer of a kind', { layers: [{ name: 'cache', options: {}, kind: Symbol('cache') }] }],
    ['a layer with a snapshot', { layers: [{ name: 'cache', options: {}, snapshot: method }] }],
    [
      'a layer with branches',
      {
        layers: [
          {
            name: 'fallback',
            options: {},
            branches: [
              { name: 'cache(a)', layers: [{ name: 'cache', options: {} }] },
              { name: 'b', layers: [] },
            ],
          },
        ],
      },
    ],
  ])('accepts a provider with %s', (_, members) => {
    expect(check({ ...least, ...members })).not.toThrow();
  });

  it('accepts an instance of a class', () => {
    class Store {
      readonly name = 'store';
      get = async () => undefined;
    }
    expect(check(new Store())).not.toThrow();
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'CANARY'],
    ['a function', () => least],
    ['a promise', Promise.resolve(least)],
    ['an object without a name', { get: least.get }],
    ['an object with an empty name', { ...least, name: '' }],
    ['an object with a name that is not a text', { ...least, name: 5 }],
    ['an object without get', { name: 'CANARY' }],
    ['an object with a get that is not a function', { name: 'CANARY', get: 'CANARY' }],
  ])('refuses %s, and quotes nothing', (_, thing) => {
    expect(check(thing)).toThrow(TypeError);
    expect(check(thing)).toThrow(/^mine: provider must have a name and a get method/);
    expect(check(thing)).not.toThrow(/CANARY/);
  });

  it.each([
    ['a client', { scoped: method }, 'that the client was made of'],
    ['a middleware', () => least, 'Call it'],
    ['an object that holds a provider', { provider: least }, 'Pass its field provider'],
  ])('says what to pass instead of %s', (_, thing, remedy) => {
    expect(check(thing)).toThrow(remedy);
  });

  it('suggests no field of an object that has none', () => {
    expect(check({ name: 'store' })).toThrow(/, got an object\.$/);
  });

  const functions = [
    'getMany',
    'list',
    'set',
    'compareAndSet',
    'delete',
    'listVersions',
    'canonical',
    'hold',
  ];

  it.each<[string, unknown, string]>([
    ...functions.map((member): [string, unknown, string] => [member, 'CANARY', 'function, got string']),
    ['memory', 'CANARY', 'an object or an instance of a class, got string'],
    ['memory', Promise.resolve({}), 'an object or an instance of a class, got a promise'],
    ['layers', 'CANARY', 'an array, got string'],
    ['layers', { length: 0 }, 'an array, got an object'],
  ])('refuses a %s of another kind: %s', (member, thing, kinds) => {
    const checking = check({ ...least, [member]: thing });
    expect(checking).toThrow(TypeError);
    expect(checking).toThrow(`mine: provider.${member} must be of the kind ${kinds}`);
    expect(checking).not.toThrow(/CANARY/);
  });

  it.each(['name', 'get', 'list', 'memory'])('refuses a getter that throws: %s', (member) => {
    const getter = {
      get: () => {
        throw new Error('CANARY');
      },
    };
    const checking = check(Object.defineProperty({ ...least }, member, getter));
    expect(checking).toThrow(TypeError);
    expect(checking).toThrow(`mine: provider.${member} must be readable`);
    expect(checking).not.toThrow(/CANARY/);
  });

  const layer: Layer = { name: 'cache', options: {} };

  it.each<[string, unknown]>([
    ['a text', 'CANARY'],
    ['null', null],
    ['a promise of one', Promise.resolve(layer)],
    ['an object without a name', { options: {} }],
    ['a promise with a name', Object.assign(Promise.resolve(), { name: 'CANARY' })],
    ['a function, which has a name', function cache() {}],
    ['a name that is not a text', { ...layer, name: 5 }],
    ['a kind that is not a symbol', { ...layer, kind: 'CANARY' }],
    ['a snapshot that is not a function', { ...layer, snapshot: 'CANARY' }],
    ['branches that are not a list', { ...layer, branches: {} }],
    ['branches that are a text', { ...layer, branches: 'CANARY' }],
    ['a branch without layers', { ...layer, branches: [{ name: 'env' }] }],
    ['a branch without a name', { ...layer, branches: [{ layers: [] }] }],
    ['one branch of two that is wrong', { ...layer, branches: [{ name: 'env', layers: [] }, 'CANARY'] }],
    ['a branch with a wrong layer', { ...layer, branches: [{ name: 'env', layers: ['CANARY'] }] }],
  ])('refuses a layer that is %s', (_, wrong) => {
    const checking = check({ ...least, layers: [layer, wrong] });
    expect(checking).toThrow(TypeError);
    expect(checking).toThrow('mine: provider.layers must have only layers');
    expect(checking).not.toThrow(/CANARY/);
  });
});
