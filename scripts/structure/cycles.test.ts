import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cyclesOf, type Graph } from './cycles.js';
import { root } from './manifests.mjs';
import { packages, resolveImport } from './workspace.js';

describe('cyclesOf', () => {
  it.each<[string, [string, string[]][], string[][]]>([
    [
      'a chain',
      [
        ['a', ['b']],
        ['b', ['c']],
        ['c', []],
      ],
      [],
    ],
    [
      'two ways to one node',
      [
        ['a', ['b', 'c']],
        ['b', ['c']],
        ['c', []],
      ],
      [],
    ],
    ['a node that points to itself', [['a', ['a']]], [['a']]],
    [
      'a cycle behind a node',
      [
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ],
      [['b', 'c']],
    ],
    [
      'the shortest way back',
      [
        ['a', ['b']],
        ['b', ['c', 'a']],
        ['c', ['d']],
        ['d', ['a']],
      ],
      [
        ['a', 'b'],
        ['c', 'd', 'a', 'b'],
      ],
    ],
  ])('%s', (_, nodes, cycles) => {
    expect(cyclesOf(new Map(nodes))).toEqual(cycles);
  });
});

// Imports of types count: a cycle of types is as hard to read as one of values.
describe('no file imports itself, directly or through others', () => {
  it.each(packages)('$folder', ({ sources }) => {
    const graph: Graph = new Map(
      sources.map((source) => [
        source.path,
        source.imports
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => resolveImport(source, specifier)),
      ]),
    );
    expect(cyclesOf(graph).map((cycle) => [...cycle, cycle[0]].join(' → '))).toEqual([]);
  });
});

it('no package of the workspace depends on itself through others, devDependencies included', () => {
  const manifests = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(root + folder).map((name) => `${folder}/${name}/package.json`),
  );
  const graph = new Map(
    [...manifests, 'bench/package.json'].map((file) => {
      const { name, dependencies, devDependencies, peerDependencies } = JSON.parse(
        readFileSync(root + file, 'utf8'),
      ) as Record<string, Record<string, string>> & { readonly name: string }; // pnpm has validated it
      return [name, Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })];
    }),
  );
  expect(cyclesOf(graph).map((cycle) => [...cycle, cycle[0]].join(' → '))).toEqual([]);
});
