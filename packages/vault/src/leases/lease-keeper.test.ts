import { describe, it } from 'vitest';
import { leaseCases } from '../../test/leases/lease-cases.js';
import { leaseKeeper } from './lease-keeper.js';

describe('a keeper of leases', () => {
  it.each(leaseCases)('$id: $title', async ({ run }) => {
    await run(leaseKeeper);
  });
});
