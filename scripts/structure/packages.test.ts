import { describe, expect, it } from 'vitest';
import { packages } from './workspace.js';

describe.each(packages)('$folder', ({ folder, manifest, sources, read }) => {
  it('is a package that can be published', () => {
    expect(manifest).toMatchObject({
      name: `@secretkit/${folder}`,
      type: 'module',
      license: 'MIT',
      engines: { node: '>=20.19' },
    });
    expect(read('LICENSE')).toMatch(/^MIT License/);
    expect(manifest.files).toEqual(expect.arrayContaining(['CHANGELOG.md', 'dist', '!src/**/*.test*.ts']));
    for (const [path, target] of Object.entries(manifest.exports ?? {})) {
      if (path !== './package.json') {
        expect(Object.keys(target as object)).toEqual(['@secretkit/source', 'types', 'default']);
      }
    }
  });

  it('has a README with what it is, how to install it, an example and its errors', () => {
    const readme = read('README.md') ?? '';
    expect(readme).toMatch(new RegExp(`^# @secretkit/${folder}\\n\\n\\S`));
    expect(readme).toMatch(new RegExp(`npm install .*@secretkit/${folder}\\b`));
    expect(readme).toContain('```ts\n');
    expect(readme).toMatch(/error/i);
  });

  it('has a README that installs what its example imports', () => {
    const readme = read('README.md') ?? '';
    const [, installed = ''] = /^npm install (.*)$/m.exec(readme) ?? [];
    const [, example = ''] = /^```ts\n([^]*?)^```$/m.exec(readme) ?? [];
    const imported = [...example.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)(?=[/'])/g)].map(
      ([, name = '']) => name,
    );
    const needed = imported.filter((name) => !name.startsWith('@nestjs/')); // which an application of Nest has
    expect(needed.length).toBeGreaterThan(0);
    expect(installed.split(' ')).toEqual(expect.arrayContaining(needed));
  });

  it('names its exports one by one', () => {
    const index = sources.find(({ path }) => path.endsWith('/src/index.ts'));
    expect(index?.text ?? '').not.toMatch(/export \*|export default/);
  });

  it('keeps no state in a module, and switches nothing by NODE_ENV', () => {
    for (const { text, path, isTest } of sources) {
      if (isTest) continue;
      expect(text, path).not.toMatch(/^(export )?let /m);
      expect(text, path).not.toContain('NODE_ENV');
    }
  });
});
