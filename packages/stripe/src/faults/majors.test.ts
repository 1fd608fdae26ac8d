import { describe, expect, it } from 'vitest';
import type { Fault } from '../../test/faults/fault.js';
import { countUnhandledRejections, type StripeOperation, startFault } from '../../test/faults/fault-run.js';
import { faults } from '../../test/faults/fault-table.js';
import { type ClientKind, clientsOf, majors } from '../../test/stripe-clients.js';

const fast = faults.filter(({ serveSmall, timeoutMs }) => !serveSmall && !timeoutMs);
const slow = faults.filter(({ timeoutMs }) => timeoutMs);
const older: { major: number; clients: readonly ClientKind[] }[] = [];
for (const major of majors.slice(0, -1)) older.push({ ...major, clients: await clientsOf(major) });

async function runFault(
  fault: Fault,
  client: ClientKind,
  operations: readonly StripeOperation[],
): Promise<void> {
  const { expectOutcome, server } = await startFault(fault, client);
  await Promise.all(operations.map(expectOutcome)).catch((error: unknown) => {
    throw new Error(`${client.major}, ${client.name}, ${fault.name}: ${String(error)}`, { cause: error });
  });
  const [first] = server.requests;
  if (first) expect(first.headers['user-agent']).toContain(`NodeBindings/${client.major}.`);
}

describe.each(older)('stripe-node $major has the outcomes of the table', ({ clients }) => {
  it.each(clients)('through $name', { timeout: 60_000 }, async (client) => {
    await countUnhandledRejections(() =>
      Promise.all(fast.map((fault) => runFault(fault, client, ['get', 'set']))),
    );
  });
});

it('a fault that lasts until the timeout has the outcome of the table with every version', {
  timeout: 60_000,
}, async () => {
  const all = older.flatMap(({ clients }) => clients);
  for (const fault of slow) await Promise.all(all.map((client) => runFault(fault, client, ['get'])));
});
