import { describe, expect, it } from 'vitest';
import { askings, expectEndings } from './fault-calls.test-support.js';
import { faults } from './fault-table.test-support.js';
import { clientsOf, majors } from './stripe-clients.test-support.js';

const newest = await clientsOf(majors.at(-1)!);

describe.each(newest)('through $name', (client) => {
  it.each(faults)('$what', { timeout: 60_000 }, async (fault) => {
    const asked = fault.heavy && !client.hardened ? (['get'] as const) : askings;
    const { requests } = await expectEndings(fault, client, asked);
    if (!client.hardened) return;
    const writes = requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect(writes, 'attempts').toEqual([...new Set(writes)]);
  });
});
