import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { SlowestFirst } from './scripts/ci/slowest-first.js';
import { type Kind, readPackages } from './scripts/structure/manifests.mjs';

// Node's own conditions: under `module`, some packages have files that only bundlers can load.
const conditions = ['@secretkit/source', 'node', 'development|production'];

const covered = { lines: 95, statements: 95, functions: 95, branches: 95 };
const packages = readPackages();

function sourcesOf(...kinds: readonly Kind[]): string {
  const folders = packages.filter(({ kind }) => kinds.includes(kind)).map(({ folder }) => folder);
  return `packages/{${folders.join(',')}}/src/**`;
}

/** They replace modules that other files have loaded. */
const replaceModules = ['packages/exec/src/run-command.test.ts', 'packages/nestjs/src/nest-10.test.ts'];

export default defineConfig({
  oxc: { decorator: { legacy: true } }, // for Nest, TSyringe and InversifyJS
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    server: { deps: { inline: ['@stripe/ui-extension-sdk'] } }, // its imports have no file extensions
    pool: 'threads', // threads start faster than processes
    sequence: { sequencer: SlowestFirst },
    maxWorkers: availableParallelism() + 1, // a core is idle while a file waits for a program that it started
    testTimeout: 60_000, // long, so that a busy machine fails no test; a test that hangs still ends
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: [
            'packages/*/src/**/*.test.ts',
            'examples/*/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/fleet/*.test.ts',
          ],
          exclude: [...configDefaults.exclude, ...replaceModules],
          isolate: false, // a thread loads a module once for all of its files
          globalSetup: ['scripts/ci/conformance-summary.ts'],
          typecheck: {
            enabled: true,
            include: ['packages/*/src/**/*.test-d.ts'],
            tsconfig: 'tsconfig.checks.json',
          },
        },
      },
      { extends: true, test: { name: 'isolated', include: replaceModules } },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test*.ts', '**/index.ts'],
      thresholds: {
        ...covered,
        [sourcesOf('core', 'middleware')]: covered,
        [sourcesOf('adapter', 'library')]: covered,
      },
      reporter: ['text-summary', 'html', 'json-summary'],
    },
  },
});
