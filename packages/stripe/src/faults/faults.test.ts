import { inspect } from 'node:util';
import { expectNoLeak, expectNoLeakDuring } from '@secretkit/conformance';
import { describe, expect, it } from 'vitest';
import { countUnhandledRejections, operations, startFault } from '../../test/faults/fault-run.js';
import { faults } from '../../test/faults/fault-table.js';
import { canary, writtenCanary } from '../../test/responses.js';
import { apiKey, clientsOf, majors } from '../../test/stripe-clients.js';

const newest = await clientsOf(majors.at(-1)!);

const quoting = faults.filter(({ name }) =>
  /^(401$|429 `rate_limit`|503 HTML|200 with truncated JSON$|a secret with another name$)/.test(name),
);

describe.each(newest)('through $name', (client) => {
  it.each(faults)('$name', { timeout: 60_000 }, async (fault) => {
    const { server, stripe, provider, secrets, expectOutcome } = await startFault(fault, client);
    const errors: unknown[] = [];
    const unhandled = await countUnhandledRejections(async () => {
      errors.push(...(await Promise.all(operations.map(expectOutcome))));
    });

    expect(unhandled > 0, 'unhandled rejections').toBe(!client.hardened && fault.unhandled === true);
    expectNoLeak([canary, writtenCanary, apiKey], [errors, secrets, provider]);
    const writes = server.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
    const attempts = client.http === 'node' && fault.retriesOnce ? 2 : 1;
    expect(writes.length, 'attempts').toBe(attempts * new Set(writes).size);
    if (!client.hardened) return;
    const printed = inspect([errors, stripe], { depth: Number.POSITIVE_INFINITY, showHidden: true });
    for (const hidden of [canary, writtenCanary, apiKey]) expect(printed.includes(hidden)).toBe(false);
    await expect.poll(server.inFlight, { timeout: 30_000 }).toBe(0);
  });
});

describe('a response that quotes a value is not printed and not published', () => {
  it.each(newest)('through $name', { timeout: 60_000 }, async (client) => {
    expect(quoting).toHaveLength(5);
    for (const fault of quoting) {
      const { expectOutcome } = await startFault(fault, client);
      await expectNoLeakDuring(canary, () => expectOutcome('get'));
    }
  });
});
