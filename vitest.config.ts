import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './scripts/ci/slowest-first.js';

// As Node has them: under `module` some packages have files that only bundlers can load.
const conditions = ['@secretkit/source', 'node', 'development|production'];

const covered = { lines: 95, statements: 95, functions: 95, branches: 95 };

export default defineConfig({
  oxc: { decorator: { legacy: true } }, // those that Nest, tsyringe and InversifyJS are made for
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'examples/*/src/**/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/fleet/*.test.ts',
    ],
    globalSetup: ['scripts/ci/conformance-summary.ts'],
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.ts'],
      tsconfig: 'tsconfig.checks.json',
    },
    pool: 'threads', // they start sooner than processes do
    sequence: { sequencer: SlowestFirst },
    maxWorkers: '100%', // one less than there are cores is half of two
    testTimeout: 60_000, // a busy machine is no failure; what hangs ends here all the same
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    unstubEnvs: true,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test*.ts', '**/index.ts'],
      thresholds: {
        ...covered,
        'packages/{core,middleware}/src/**': covered,
        'packages/{memory,env,stripe}/src/**': covered,
      },
      reporter: ['text-summary', 'html', 'json-summary'],
    },
  },
});
