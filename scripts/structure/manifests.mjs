// Reads the packages of this repository. Every list of packages in the repository is derived from them.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The values of `secretkit.kind`, in the order in which lists show them. */
export const kinds = ['core', 'middleware', 'library', 'adapter', 'integration', 'tool'];

const runtimes = ['any', 'node'];
const fields = ['kind', 'runtime', 'schemes', 'node', 'reasons'];

/** Returns the packages below `packages/`, by kind, then by name. */
export function readPackages() {
  return readdirSync(`${root}packages`)
    .map(readPackage)
    .sort(
      (one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind) || compare(one.name, other.name),
    );
}

function readPackage(folder) {
  const file = `packages/${folder}/package.json`;
  const manifest = JSON.parse(readFileSync(root + file, 'utf8'));
  const { kind, runtime, schemes = [], node = [], reasons = {}, ...others } = manifest.secretkit ?? {};
  const refuse = (problem) => {
    throw new TypeError(`${file}: ${problem}`);
  };
  if (!kinds.includes(kind)) refuse(`secretkit.kind must be one of ${kinds.join(', ')}, got ${kind}.`);
  if (!runtimes.includes(runtime)) {
    refuse(`secretkit.runtime must be one of ${runtimes.join(', ')}, got ${runtime}.`);
  }
  const [unknown] = Object.keys(others);
  if (unknown) refuse(`unknown field "secretkit.${unknown}". Known fields: ${fields.join(', ')}.`);
  if ((kind === 'adapter') !== schemes.length > 0) {
    refuse('secretkit.schemes must be a list of URL schemes in an adapter, and absent in other kinds.');
  }
  return { folder, name: manifest.name, manifest, kind, runtime, schemes, node, reasons };
}

/** Returns the workspace packages that the code of a package needs, in the order of `packages`. */
export function workspaceDependencies({ manifest }, packages) {
  const needed = { ...manifest.dependencies, ...manifest.peerDependencies };
  return packages.filter(({ name }) => name in needed);
}

function compare(one, other) {
  return one < other ? -1 : Number(one > other);
}
