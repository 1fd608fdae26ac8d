import { workspaceDependencies } from './manifests.mjs';

/** Returns the root package.json with every package among its devDependencies: examples in pages import them. */
export function rootDevDependencies(json, packages) {
  const others = Object.entries(json.devDependencies).filter(([, range]) => !range.startsWith('workspace:'));
  const own = packages.map(({ name }) => [name, 'workspace:*']);
  const sorted = [...others, ...own].sort(([one], [other]) => (one < other ? -1 : 1));
  return { ...json, devDependencies: Object.fromEntries(sorted) };
}

/** Returns the root tsconfig.json with a reference to every package. */
export function rootReferences(json, packages) {
  return { ...json, references: packages.map(({ folder }) => ({ path: `packages/${folder}` })) };
}

/** Returns a package's tsconfig.json with a reference to every package that its code needs. */
export function tsconfigReferences(json, info, packages) {
  const needed = workspaceDependencies(info, packages);
  return { ...json, references: needed.map(({ folder }) => ({ path: `../${folder}` })) };
}
