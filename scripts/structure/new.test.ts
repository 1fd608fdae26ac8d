import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from './manifests.mjs';

it.each([
  ['the name of a package that exists', ['adapter', 'env'], 'packages/env'],
  ['a name with upper case', ['adapter', 'Sample'], 'NAME'],
  ['a name that starts with a digit', ['adapter', '1password'], 'NAME'],
  ['a name with an underscore', ['adapter', 'aws_ssm'], 'NAME'],
  ['a name that starts with a dash', ['adapter', '-sample'], 'NAME'],
  ['a name that ends with a dash', ['adapter', 'sample-'], 'NAME'],
  ['a path', ['adapter', '../sample'], 'NAME'],
  ['an empty name', ['adapter', ''], 'NAME'],
  ['no name', ['adapter'], 'NAME'],
  ['two names', ['adapter', 'one', 'two'], 'Usage'],
  ['another kind', ['backend', 'one'], 'Usage'],
])('npm run new refuses %s, and writes nothing', (_, args, problem) => {
  const before = readdirSync(`${root}packages`);
  const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/structure/new.mjs`, ...args], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining(problem)]);
  expect(readdirSync(`${root}packages`)).toEqual(before);
});
