import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}.cache/lint-rule`;
const [, config = ''] =
  /```js\n\/\/ eslint\.config\.js\n([^]*?)```/.exec(
    readFileSync(`${root}docs/guides/security-model.md`, 'utf8'),
  ) ?? [];

const sample = `
  import { createSecrets } from '@secretkit/core';
  import { memorySecrets } from '@secretkit/memory';
  const secret = await createSecrets(memorySecrets()).require('token');
  export const texts = [
    \`Bearer \${secret}\`,
    'Bearer ' + secret,
    String(secret),
    \`Bearer \${secret.reveal()}\`,
    'Bearer ' + secret.reveal(),
  ];
`;

describe('the lint rules of the security model', () => {
  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/eslint.config.mjs`, config);
    writeFileSync(`${folder}/sample.ts`, sample);
    const options = { extends: '../../tsconfig.checks.json', include: ['.'] };
    writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(options));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuse a Secret in a template, in + and in String, and accept its value', {
    timeout: 60_000,
  }, async () => {
    const eslint = new ESLint({ cwd: folder });
    const [result] = await eslint.lintFiles(['sample.ts']);
    const rules = new Map<number, (string | null)[]>();
    for (const { line, ruleId } of result?.messages ?? [])
      rules.set(line, [...(rules.get(line) ?? []), ruleId]);
    expect([...rules.keys()]).toEqual([6, 7, 8]);
    expect(rules.get(6)).toContain('@typescript-eslint/restrict-template-expressions');
    expect(rules.get(7)).toContain('@typescript-eslint/restrict-plus-operands');
    expect(rules.get(8)).toContain('@typescript-eslint/no-base-to-string');
  });
});
