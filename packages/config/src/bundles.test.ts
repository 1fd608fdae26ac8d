import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { afterEach, describe, expect, it } from 'vitest';
import { installPackages, linkPackage } from '../test/install-packages.js';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A folder with an application, and no package but those it needs. */
async function application(adapter: string, code: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'secretkit-bundle-'));
  folders.push(folder);
  await installPackages(folder, ['config', 'core', adapter]);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'app.js'), code);
  expect(await readdir(join(folder, 'node_modules', '@secretkit'))).toEqual(
    ['config', 'core', adapter].sort(),
  );
  return folder;
}

type Bundler = (folder: string) => Promise<void>;

const withEsbuild: Bundler = async (folder) => {
  await build({
    absWorkingDir: folder,
    entryPoints: ['app.js'],
    outfile: 'bundle.js',
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
};

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

const stripe = `
  import { openProvider } from '@secretkit/config';
  import { stripeOpener } from '@secretkit/stripe/opener';
  const provider = await openProvider('stripe:', [stripeOpener({ apiKey: () => 'sk_test_example' })]);
  console.log(provider.name);`;

describe('an application with one adapter, and no other one installed', () => {
  it.each<[string, string, string, Bundler, string]>([
    ['env', 'esbuild', env, withEsbuild, 'env example'],
    ['env', 'rollup', env, withRollup, 'env example'],
    ['memory', 'esbuild', memory, withEsbuild, 'memory example'],
    ['memory', 'rollup', memory, withRollup, 'memory example'],
  ])('of %s is bundled by %s, and runs', async (adapter, _, code, bundle, output) => {
    const folder = await application(adapter, code);
    await bundle(folder);
    expect(await readFile(join(folder, 'bundle.js'), 'utf8')).not.toMatch(
      /from ['"]@secretkit|stripeSecrets/,
    );
    expect(await run(folder)).toBe(output);
  });

  it('of stripe is bundled by esbuild with its SDK, and runs', async () => {
    const folder = await application('stripe', stripe);
    await linkPackage(folder, 'stripe');
    await withEsbuild(folder);
    expect(await run(folder)).toBe('stripe');
  });

  it('is not bundled without its adapter', async () => {
    for (const bundle of [withEsbuild, withRollup]) {
      await expect(bundle(await application('memory', env))).rejects.toThrow('@secretkit/env/opener');
    }
  });
});
