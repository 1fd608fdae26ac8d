import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';

/** One way to render a thing. */
export interface Rendering {
  readonly name: string;
  readonly render: (thing: unknown) => unknown;
}

const everything = { depth: Number.POSITIVE_INFINITY, maxArrayLength: null, maxStringLength: null } as const;

/** The renderings that loggers, debuggers, queues and test runners make. */
export const renderings: readonly Rendering[] = [
  { name: 'String()', render: String },
  { name: 'JSON.stringify()', render: (thing) => JSON.stringify(thing) },
  { name: 'util.inspect()', render: (thing) => inspect(thing, everything) },
  {
    name: 'util.inspect() with showHidden',
    render: (thing) => inspect(thing, { ...everything, showHidden: true }),
  },
  {
    name: 'util.inspect() without custom inspection',
    render: (thing) =>
      inspect(thing, { ...everything, showHidden: true, customInspect: false, showProxy: true }),
  },
  {
    name: 'util.inspect() with getters',
    render: (thing) => inspect(thing, { ...everything, getters: true, customInspect: false }),
  },
  {
    name: 'util.format()',
    render: (thing) => format('%s %j %o %O %d %i', thing, thing, thing, thing, thing, thing),
  },
  { name: 'spread', render: (thing) => ({ ...(thing as object) }) },
  { name: 'Object.entries()', render: (thing) => Object.entries(thing as object) },
  { name: 'structuredClone()', render: (thing) => structuredClone(thing) },
  { name: 'v8.serialize()', render: (thing) => serialize(thing) },
  { name: 'Error.cause', render: (thing) => new Error('of a test', { cause: thing }).stack },
];
