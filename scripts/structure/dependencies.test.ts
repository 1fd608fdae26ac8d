import { expect, it } from 'vitest';
import { packages } from './workspace.js';

const workspace = new Set(packages.map(({ name }) => name));

it.each(packages)('$folder: the manifest gives a reason for every dependency', ({ manifest, reasons }) => {
  const all = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const foreign = all.filter((name) => !workspace.has(name));
  expect(foreign.filter((name) => !reasons[name])).toEqual([]);
  expect(Object.keys(reasons).filter((name) => !all.includes(name))).toEqual([]);
});
