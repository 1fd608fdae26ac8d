import { defineConfig } from 'vitest/config';

const conditions = ['@secretkit/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts'],
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.ts'],
      tsconfig: 'tsconfig.checks.json',
    },
    unstubEnvs: true,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test*.ts', '**/index.ts'],
      thresholds: { lines: 95, statements: 95, functions: 95, branches: 94 },
      reporter: ['text-summary', 'html', 'json-summary'],
    },
  },
});
