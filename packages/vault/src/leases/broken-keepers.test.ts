import { describe, expect, it } from 'vitest';
import { mistakes } from '../../test/leases/broken-keepers.js';
import { leaseCases } from '../../test/leases/lease-cases.js';

describe('the cases of leases', () => {
  it.each(mistakes)('find that $mistake: $caughtBy', async ({ caughtBy, make }) => {
    const found = leaseCases.find(({ id }) => id === caughtBy);
    await expect(found?.run(make)).rejects.toThrow();
  });

  it('each find a mistake', () => {
    expect(new Set(mistakes.map(({ caughtBy }) => caughtBy))).toEqual(
      new Set(leaseCases.map(({ id }) => id)),
    );
  });
});
