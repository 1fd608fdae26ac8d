import { inspect } from 'node:util';
import { expectNoLeak, expectNoLeakDuring } from '@secretkit/conformance';
import { describe, expect, it } from 'vitest';
import { askings, countingUnhandled, sceneOf } from '../../test/faults/fault-run.js';
import { faults } from '../../test/faults/fault-table.js';
import { canary, written } from '../../test/responses.js';
import { apiKey, clientsOf, majors } from '../../test/stripe-clients.js';

const newest = await clientsOf(majors.at(-1)!);

const quoting = faults.filter(({ what }) =>
  /^(401$|429 `rate_limit`|503 HTML|200, cut|a secret of another name$)/.test(what),
);

describe.each(newest)('through $name', (client) => {
  it.each(faults)('$what', { timeout: 60_000 }, async (fault) => {
    const { place, stripe, provider, secrets, expectEnding } = await sceneOf(fault, client);
    const errors: unknown[] = [];
    const unhandled = await countingUnhandled(async () => {
      errors.push(...(await Promise.all(askings.map(expectEnding))));
    });

    expect(unhandled > 0, 'unhandled rejections').toBe(!client.hardened && fault.unhandled === true);
    expectNoLeak([canary, written, apiKey], [errors, secrets, provider]);
    const writes = place.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
    const attempts = client.http === 'node' && fault.triedAgain ? 2 : 1;
    expect(writes.length, 'attempts').toBe(attempts * new Set(writes).size);
    if (!client.hardened) return;
    const printed = inspect([errors, stripe], { depth: Number.POSITIVE_INFINITY, showHidden: true });
    for (const hidden of [canary, written, apiKey]) expect(printed.includes(hidden)).toBe(false);
    await expect.poll(place.underWay, { timeout: 30_000 }).toBe(0);
  });
});

describe('what quotes a value is printed nowhere, and published by nobody', () => {
  it.each(newest)('through $name', { timeout: 60_000 }, async (client) => {
    expect(quoting).toHaveLength(5);
    for (const fault of quoting) {
      const { expectEnding } = await sceneOf(fault, client);
      await expectNoLeakDuring(canary, () => expectEnding('get'));
    }
  });
});
