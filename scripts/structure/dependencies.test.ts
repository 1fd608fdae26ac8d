import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { packages } from './workspace.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The rows of the design's table: package, dependency, kind, reason. A row without a package goes on with the one above. */
function rows(): string[][] {
  const [, table = ''] = readFileSync(`${root}docs/design.md`, 'utf8').split('## Dependencies\n');
  let current = '';
  return [
    ...table.matchAll(/^\| (?:`([\w-]+)`)? *\| (?:`([^`]+)`|nothing) *\| ([\w ]*?) *\| (.*?) *\|$/gm),
  ].map(([, folder = current, dependency = 'nothing', kind = '', why = '']) => {
    current = folder;
    return [folder, dependency, kind, why];
  });
}

it('the design says of every dependency of every package why it is there', () => {
  const inManifests = packages.flatMap(({ folder, manifest }) => {
    const optional = manifest.peerDependenciesMeta ?? {};
    const all = [
      ...Object.keys(manifest.dependencies ?? {}).map((name) => [folder, name, 'dependency']),
      ...Object.keys(manifest.peerDependencies ?? {}).map((name) => [
        folder,
        name,
        optional[name]?.optional ? 'optional peer' : 'peer',
      ]),
    ];
    return all.length > 0 ? all : [[folder, 'nothing', '']];
  });
  const told = rows();
  expect(told.map(([folder, name, kind]) => [folder, name, kind].join(' ')).sort()).toEqual(
    inManifests.map((row) => row.join(' ')).sort(),
  );
  expect(told.filter(([, name, , why]) => name !== 'nothing' && why === '')).toEqual([]);
});
