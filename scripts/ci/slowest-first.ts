import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take longer than others by far: started last, they would keep one core busy while the rest are idle. */
const slow = [
  'stripe/src/faults/faults.test.ts',
  'stripe/src/soak.test.ts',
  'stripe/src/faults/majors.test.ts',
  'quickstart/src/main.test.ts',
  'cache/interleavings.test.ts',
  'stripe/src/abandoned.test.ts',
  'fleet/fleet.test.ts',
  'conformance/src/describe-trials.test.ts',
];

/** Runs the slowest test files first. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = slow.findIndex((end) => moduleId.endsWith(end));
      return at < 0 ? slow.length : at;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b)); // a stable sort
  }
}
