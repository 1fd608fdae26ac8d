import { expect, it } from 'vitest';
import { exportedNames } from './exports.js';
import { packages } from './workspace.js';

/** The most that core may have. Lower a number when core shrinks; raise none without a reason in the commit. */
const limits = { files: 33, lines: 3_430, namesInFirstDoor: 34 };

const core = packages.find(({ kind }) => kind === 'core');
const code = (core?.sources ?? []).filter(({ isTest }) => !isTest);

it(`core has at most ${limits.files} files`, () => {
  expect(code.length).toBeGreaterThan(0);
  expect(code.length).toBeLessThanOrEqual(limits.files);
});

/** The text of an entry's page in the reference. */
const moduleComment = /^\/\*\*\n(?: \*[^\n]*\n)*? \* @packageDocumentation\n \*\/\n\n/;

it(`core has at most ${limits.lines} lines, with comments and blank lines, without the pages of the reference`, () => {
  const lines = code.reduce(
    (sum, { text }) => sum + text.replace(moduleComment, '').trimEnd().split('\n').length,
    0,
  );
  expect(lines).toBeLessThanOrEqual(limits.lines);
});

it(`@secretkit/core exports at most ${limits.namesInFirstDoor} names, types included`, () => {
  const door = core?.entries.get('.');
  const names = door ? exportedNames(door) : [];
  expect(names.length).toBeGreaterThan(0);
  expect(names.length, names.join(', ')).toBeLessThanOrEqual(limits.namesInFirstDoor);
});
