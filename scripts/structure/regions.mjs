import { dirname, relative } from 'node:path/posix';
import { markdownTable } from '../docs/markdown-table.mjs';
import { workspaceDependencies } from './manifests.mjs';

/** The content of each generated region of a page, by the region's name. */
const regions = { packages: packagesTable, backends: backendsTable, dependencies: dependenciesTable };

export const regionNames = Object.keys(regions);

/** Returns a page with its regions filled in, and the names of these. `<!-- sync:NAME -->` begins one. */
export function fillRegions(text, file, packages) {
  const names = [];
  const filled = text.replaceAll(/<!-- sync:(\w+) -->\n[^]*?<!-- \/sync -->/g, (_, name) => {
    if (!Object.hasOwn(regions, name)) {
      throw new Error(`${file}: unknown region "${name}". Known regions: ${regionNames.join(', ')}.`);
    }
    names.push(name);
    const linkTo = ({ folder, name }) =>
      `[\`${name}\`](${relative(dirname(file), `packages/${folder}/README.md`)})`;
    return `<!-- sync:${name} -->\n\n${regions[name](packages, linkTo)}\n\n<!-- /sync -->`;
  });
  return { text: filled, names };
}

function packagesTable(packages, linkTo) {
  return markdownTable(
    ['package', 'kind', 'description'],
    packages.map((each) => [linkTo(each), each.kind, each.manifest.description.replaceAll('*', '\\*')]),
  );
}

function backendsTable(packages, linkTo) {
  return markdownTable(
    ['backend', 'URL', 'runtime'],
    packages
      .filter(({ kind }) => kind === 'adapter')
      .map((each) => [
        linkTo(each),
        each.schemes.map((scheme) => `\`${scheme}:\``).join(', '),
        runtimeOf(each, packages),
      ]),
  );
}

function runtimeOf(each, packages) {
  if (each.runtime === 'node') return 'Node';
  const all = [each, ...workspaceDependencies(each, packages)];
  return all.some(({ node }) => node.length > 0) ? 'any; files need Node' : 'any';
}

/** The packages of npm that are not from this repository. */
function dependenciesTable(packages) {
  const own = new Set(packages.map(({ name }) => name));
  const rows = packages.flatMap(({ folder, manifest, reasons }) => {
    const all = [
      ...Object.keys(manifest.dependencies ?? {}).map((name) => [name, 'dependency']),
      ...Object.keys(manifest.peerDependencies ?? {}).map((name) => [name, peerKind(manifest, name)]),
    ];
    return all
      .filter(([name]) => !own.has(name))
      .map(([name, kind], at) => [at === 0 ? `\`${folder}\`` : '', `\`${name}\``, kind, reasons[name] ?? '']);
  });
  return markdownTable(['package', 'depends on', 'kind', 'reason'], rows);
}

function peerKind({ peerDependenciesMeta = {} }, name) {
  return peerDependenciesMeta[name]?.optional ? 'optional peer' : 'peer';
}
