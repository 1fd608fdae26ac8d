import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';

/** One way of showing something. */
export interface Rendering {
  readonly name: string;
  readonly show: (thing: unknown) => unknown;
}

const everything = { depth: Number.POSITIVE_INFINITY, maxArrayLength: null, maxStringLength: null } as const;

/** The ways in which loggers, debuggers, queues and test runners show things. */
export const renderings: readonly Rendering[] = [
  { name: 'String()', show: String },
  { name: 'JSON.stringify()', show: (thing) => JSON.stringify(thing) },
  { name: 'util.inspect()', show: (thing) => inspect(thing, everything) },
  {
    name: 'util.inspect() of hidden parts',
    show: (thing) => inspect(thing, { ...everything, showHidden: true }),
  },
  {
    name: 'util.inspect() past custom inspection',
    show: (thing) =>
      inspect(thing, { ...everything, showHidden: true, customInspect: false, showProxy: true }),
  },
  {
    name: 'util.inspect() with getters',
    show: (thing) => inspect(thing, { ...everything, getters: true, customInspect: false }),
  },
  {
    name: 'util.format()',
    show: (thing) => format('%s %j %o %O %d %i', thing, thing, thing, thing, thing, thing),
  },
  { name: 'spread', show: (thing) => ({ ...(thing as object) }) },
  { name: 'Object.entries()', show: (thing) => Object.entries(thing as object) },
  { name: 'structuredClone()', show: (thing) => structuredClone(thing) },
  { name: 'v8.serialize()', show: (thing) => serialize(thing) },
  { name: 'Error.cause', show: (thing) => new Error('of a test', { cause: thing }).stack },
];
