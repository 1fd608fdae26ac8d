import { expect, it } from 'vitest';
import { packages } from './workspace.js';

const kit = packages.find(({ folder }) => folder === 'conformance');
const ours = (kit?.sources ?? []).filter(({ path }) => path.includes('/src/ours/'));

it('every adapter runs the kit', () => {
  const adapters = packages.filter(
    ({ folder, sources }) =>
      folder !== 'conformance' &&
      sources.some(
        ({ text, isTest }) =>
          !isTest && /^export function \w+Secrets\(/m.test(text) && /SecretProvider/.test(text),
      ),
  );
  const outside = adapters.filter(
    ({ folder, manifest }) =>
      folder !== 'core' &&
      !ours.some(
        ({ text }) => text.includes(`from '${manifest.name}'`) && text.includes('describeProvider('),
      ),
  );
  expect(adapters.map(({ folder }) => folder)).toEqual(expect.arrayContaining(['env', 'memory', 'stripe']));
  expect(outside.map(({ folder }) => folder)).toEqual([]);
});

it('every middleware runs the kit, alone and in the recommended stack', () => {
  const middleware = packages.find(({ folder }) => folder === 'middleware');
  const subpaths = Object.keys(middleware?.manifest.exports ?? {}).filter(
    (path) => path !== './package.json',
  );
  const suite = ours.find(({ path }) => path.endsWith('/middleware.test.ts'))?.text ?? '';
  const all = ours.map(({ text }) => text).join('\n'); // what is made of providers runs as one
  expect(subpaths.length).toBeGreaterThan(2);
  expect(subpaths.filter((path) => !all.includes(`'@secretkit/middleware/${path.slice(2)}'`))).toEqual([]);
  expect(suite).toContain('the recommended stack');
});
