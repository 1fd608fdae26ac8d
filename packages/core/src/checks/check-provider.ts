import type { Branch, Layer, SecretProvider } from '../contract/provider.js';
import { kindOf } from './check-options.js';

const objects = ['an object', 'an instance of a class'];

/** The optional members, and what each must be. */
const members: Readonly<Record<string, readonly string[]>> = {
  getMany: ['function'],
  list: ['function'],
  set: ['function'],
  compareAndSet: ['function'],
  delete: ['function'],
  listVersions: ['function'],
  canonical: ['function'],
  hold: ['function'],
  memory: objects,
  layers: ['an array'],
};

/** Checks a provider that `owner` needs, such as `fallback`. @throws `TypeError` when it is not a provider. */
export function checkProvider(thing: unknown, owner: string): asserts thing is SecretProvider {
  const read = (member: string): unknown => {
    try {
      return (Object(thing) as Readonly<Record<string, unknown>>)[member] ?? undefined;
    } catch {
      throw new TypeError(`${owner}: provider.${member} must be readable, got a getter that throws.`);
    }
  };
  const name = read('name');
  if (typeof name === 'string' && name !== '' && typeof read('get') === 'function') {
    for (const [member, kinds] of Object.entries(members)) {
      const kind = kindOf(read(member));
      if (kind === 'undefined' || kinds.includes(kind)) continue;
      throw new TypeError(
        `${owner}: provider.${member} must be of the kind ${kinds.join(' or ')}, got ${kind}.`,
      );
    }
    if (areLayers(read('layers') ?? [])) return;
    throw new TypeError(
      `${owner}: provider.layers must have only layers, { name, options }, got something else. Use those of layersOf.`,
    );
  }
  const got = read('scoped')
    ? 'a client. Pass the provider that the client was made of.'
    : typeof thing === 'function'
      ? 'a function. Call it, as in cache()(envSecrets()).'
      : `${kindOf(thing)}.${read('provider') ? ' Pass its field provider.' : ''}`;
  throw new TypeError(
    `${owner}: provider must have a name and a get method, such as envSecrets(), got ${got}`,
  );
}

/** Whether these are layers that can be read, and those of their branches, too. */
function areLayers(layers: unknown): boolean {
  const isBranch = (branch: unknown): boolean => isNamed(branch) && areLayers((branch as Branch).layers);
  const isLayer = (layer: unknown): boolean => {
    const { kind, snapshot, branches = [] } = Object(layer) as Partial<Layer>;
    const isSymbol = ['symbol', 'undefined'].includes(typeof kind);
    const isFunction = ['function', 'undefined'].includes(typeof snapshot);
    return isNamed(layer) && isSymbol && isFunction && Array.isArray(branches) && branches.every(isBranch);
  };
  return Array.isArray(layers) && layers.every(isLayer);
}

function isNamed(thing: unknown): boolean {
  const isObject = objects.includes(kindOf(thing)); // a promise is not one
  return isObject && typeof (thing as Partial<Layer>).name === 'string';
}
