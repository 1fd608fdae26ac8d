import { describe, expect, it } from 'vitest';
import { countingUnhandled, sceneOf } from '../../test/faults/fault-run.js';
import { type Asking, type Fault, faults } from '../../test/faults/fault-table.js';
import { type ClientKind, clientsOf, majors } from '../../test/stripe-clients.js';

const light = faults.filter(({ smallPlace, slowMs }) => !smallPlace && !slowMs);
const slow = faults.filter(({ slowMs }) => slowMs);
const older: { major: number; clients: readonly ClientKind[] }[] = [];
for (const major of majors.slice(0, -1)) older.push({ ...major, clients: await clientsOf(major) });

async function meet(fault: Fault, client: ClientKind, asked: readonly Asking[]): Promise<void> {
  const { expectEnding, place } = await sceneOf(fault, client);
  await Promise.all(asked.map(expectEnding)).catch((error: unknown) => {
    throw new Error(`${client.major}, ${client.name}, ${fault.what}: ${String(error)}`, { cause: error });
  });
  const [first] = place.requests;
  if (first) expect(first.headers['user-agent']).toContain(`NodeBindings/${client.major}.`);
}

describe.each(older)(
  'stripe-node $major meets what the newest meets, and ends in the same way',
  ({ clients }) => {
    it.each(clients)('through $name', { timeout: 60_000 }, async (client) => {
      await countingUnhandled(() => Promise.all(light.map((fault) => meet(fault, client, ['get', 'set']))));
    });
  },
);

it('what lasts until the time-out ends as the table says with every version', {
  timeout: 60_000,
}, async () => {
  const all = older.flatMap(({ clients }) => clients);
  for (const fault of slow) await Promise.all(all.map((client) => meet(fault, client, ['get'])));
});
