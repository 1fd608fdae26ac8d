import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Test files that take the longest. If one started last, one core would be busy and the others idle. */
export const slowTestFiles: readonly string[] = [
  'recipes/src/recipes.test.ts',
  'middleware/src/conformance/middleware.test.ts',
  'cache/interleavings.test.ts',
  'exec/src/processes.test.ts',
  'aws/src/conformance.test.ts',
  'exec/src/conformance.test.ts',
  'vault/src/conformance.test.ts',
  'middleware/src/conformance/leaks.test.ts',
  'fleet/fleet.test.ts',
  'config/src/bundles.test.ts',
  'stripe/src/soak.test.ts',
  'stripe/src/faults/faults.test.ts',
];

/** Runs the slowest test files first. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = slowTestFiles.findIndex((end) => moduleId.endsWith(end));
      return at < 0 ? slowTestFiles.length : at;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b)); // a stable sort
  }
}
