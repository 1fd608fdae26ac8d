import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { afterEach, describe, expect, it } from 'vitest';
import webpack from 'webpack';
import { installPackages, linkPackage } from '../test/install-packages.js';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A folder with an application, and no package but those it needs. */
async function application(adapter: string, code: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'secretkit-bundle-'));
  folders.push(folder);
  await installPackages(folder, ['config', adapter]);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'app.js'), code);
  const libraries = { aws: ['file-reader', 'http'], env: ['file-reader'], stripe: ['http'] }[adapter] ?? [];
  expect(await readdir(join(folder, 'node_modules', '@secretkit'))).toEqual(
    ['config', 'core', adapter, ...libraries].sort(),
  );
  return folder;
}

type Bundler = (folder: string) => Promise<void>;

const esbuildFor =
  (platform: 'node' | 'browser' | 'neutral'): Bundler =>
  async (folder) => {
    await build({
      absWorkingDir: folder,
      entryPoints: ['app.js'],
      outfile: 'bundle.js',
      bundle: true,
      platform,
      format: 'esm',
      logLevel: 'silent',
    });
  };
const withEsbuild = esbuildFor('node');

const withRollup: Bundler = async (folder) => {
  const bundle = await rollup({
    input: join(folder, 'app.js'),
    plugins: [
      {
        name: 'resolve packages',
        async resolveId(id) {
          if (id.startsWith('.') || isAbsolute(id)) return null;
          if (id.startsWith('node:')) return { id, external: true };
          const [scope = '', name = '', ...path] = id.split('/');
          const installed = join(folder, 'node_modules', scope, name);
          const manifest = await readFile(join(installed, 'package.json'), 'utf8').catch(() => {
            throw new Error(`${id} is not installed`);
          });
          const { exports } = JSON.parse(manifest) as { exports: Record<string, { default: string }> };
          return join(installed, exports[['.', ...path].join('/')]?.default ?? 'not exported');
        },
      },
    ],
    onLog: (_, log) => {
      throw new Error(log.message);
    },
  });
  await bundle.write({ file: join(folder, 'bundle.js'), format: 'es', inlineDynamicImports: true });
  await bundle.close();
};

const webpackFor =
  (target: 'node' | 'web', absent?: string): Bundler =>
  async (folder) => {
    const compiler = webpack({
      context: folder,
      entry: './app.js',
      mode: 'production',
      target: [target, 'es2022'],
      experiments: { outputModule: true },
      output: { path: folder, filename: 'bundle.js', module: true, chunkFormat: 'module' },
      optimization: { minimize: false },
    });
    const stats = await promisify(compiler.run.bind(compiler))();
    await promisify(compiler.close.bind(compiler))();
    const { errors = [], warnings = [] } = stats?.toJson() ?? {};
    // It warns of an optional package that is not installed.
    const others = warnings.filter(({ message }) => !absent || !message.includes(`Can't resolve '${absent}`));
    const [problem] = [...errors, ...others];
    if (problem) throw new Error(problem.message);
  };

/** Runs the bundle without its packages: all of them must be in it. */
async function run(folder: string): Promise<string> {
  await rm(join(folder, 'node_modules'), { recursive: true });
  const { stdout } = await promisify(execFile)(process.execPath, ['bundle.js'], { cwd: folder });
  return stdout.trim();
}

const env = `
  import { openProvider } from '@secretkit/config';
  import { envOpener } from '@secretkit/env/opener';
  const provider = await openProvider('env:?prefix=APP_', [envOpener({ env: { APP_TOKEN: 'example' } })]);
  console.log(provider.name, (await provider.get({ name: 'token' }, {})).reveal());`;

const memory = `
  import { openProvider } from '@secretkit/config';
  import { memoryOpener } from '@secretkit/memory/opener';
  const provider = await openProvider('memory:', [memoryOpener({ initial: { token: 'example' } })]);
  console.log(provider.name, (await provider.get({ name: 'token' }, {})).reveal());`;

const middleware = `
  import { createSecrets } from '@secretkit/core';
  import { memorySecrets } from '@secretkit/memory';
  import { checkOrder } from '@secretkit/middleware/order';
  import { recommended } from '@secretkit/middleware/recommended';
  const secrets = createSecrets(recommended()(memorySecrets({ initial: { token: 'example' } })));
  if (checkOrder(secrets).length > 0) throw new Error('a wrong order');
  console.log(String(await secrets.require('token')));`;

const stripe = `
  import { openProvider } from '@secretkit/config';
  import { stripeOpener } from '@secretkit/stripe/opener';
  const provider = await openProvider('stripe:', [stripeOpener({ apiKey: () => 'sk_test_example' })]);
  console.log(provider.name);`;

const agent = `
  import { openProvider } from '@secretkit/config';
  import { awsOpener } from '@secretkit/aws/opener';
  const provider = await openProvider('aws-agent:', [awsOpener({ token: () => 'example' })]);
  const failure = await openProvider('aws-sm://eu-central-1', [awsOpener()]).catch((error) => error);
  console.log(provider.name, /npm install @aws-sdk\\/client-secrets-manager/.test(failure.message));`;

describe('an application with one adapter, and no other one installed', () => {
  it.each<[string, string, string, Bundler, string]>([
    ['env', 'esbuild', env, withEsbuild, 'env example'],
    ['env', 'rollup', env, withRollup, 'env example'],
    ['memory', 'esbuild', memory, withEsbuild, 'memory example'],
    ['env', 'webpack', env, webpackFor('node'), 'env example'],
    ['memory', 'rollup', memory, withRollup, 'memory example'],
    ['memory', 'webpack', memory, webpackFor('node'), 'memory example'],
  ])('of %s is bundled by %s, and runs', async (adapter, _, code, bundle, output) => {
    const folder = await application(adapter, code);
    await bundle(folder);
    expect(await readFile(join(folder, 'bundle.js'), 'utf8')).not.toMatch(
      /from ['"]@secretkit|stripeSecrets/,
    );
    expect(await run(folder)).toBe(output);
  });

  it.each<[string, string, string, string, Bundler]>([
    ['memory', 'a browser', 'esbuild', memory, esbuildFor('browser')],
    ['memory', 'any platform', 'esbuild', memory, esbuildFor('neutral')],
    ['memory', 'a browser', 'webpack', memory, webpackFor('web')],
    ['env', 'a browser', 'esbuild', env, esbuildFor('browser')],
    ['env', 'any platform', 'esbuild', env, esbuildFor('neutral')],
    ['env', 'a browser', 'webpack', env, webpackFor('web')],
  ])('of %s is bundled for %s by %s', async (adapter, _platform, _bundler, code, bundle) => {
    const folder = await application(adapter, code);
    await bundle(folder);
    expect(await run(folder)).toBe(`${adapter} example`);
  });

  it('of memory is bundled with middleware, without the OpenTelemetry API', async () => {
    for (const bundle of [withEsbuild, esbuildFor('browser'), webpackFor('web')]) {
      const folder = await application('memory', middleware);
      await installPackages(folder, ['middleware']);
      for (const name of ['lru-cache', 'p-retry']) await linkPackage(folder, name, 'middleware');
      await bundle(folder);
      expect(await run(folder)).toBe('[secret]');
    }
  });

  it.each<[string, Bundler]>([
    ['esbuild', withEsbuild],
    ['webpack for a browser', webpackFor('web')],
  ])('of stripe is bundled by %s without the package stripe, and runs', async (_, bundle) => {
    const folder = await application('stripe', stripe);
    await bundle(folder);
    expect(await run(folder)).toBe('stripe');
  });

  it.each<[string, Bundler]>([
    ['esbuild', withEsbuild],
    ['webpack for a browser', webpackFor('web', '@aws-sdk/')],
  ])('of aws is bundled by %s without the SDK, and says which package is missing', async (_, bundle) => {
    const folder = await application('aws', agent);
    await bundle(folder);
    expect(await run(folder)).toBe('aws-agent true');
  });

  it('is not bundled without its adapter', async () => {
    for (const bundle of [withEsbuild, withRollup, webpackFor('node')]) {
      await expect(bundle(await application('memory', env))).rejects.toThrow('@secretkit/env/opener');
    }
  });
});
