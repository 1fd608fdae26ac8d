import { createSecrets } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { fakeSecrets, seededRandom } from '@secretkit/testing';

const processes = 100;
const minuteMs = 60_000;
const everyMs = 5_000;

/** Counts the reads that fail while the store is down for ten minutes. Time is simulated, the stack is not. */
export async function outage() {
  const fake = fakeSecrets({ initial: { token: 'an example' } });
  const { now } = fake.clock;
  const random = seededRandom(1);
  const store = createSecrets(fake.provider, { now });
  const load = () => store.require('token');
  const readers = {
    'secretkit, defaults': () => {
      const secrets = createSecrets(recommended({ now, random })(fake.provider), { now });
      return () => secrets.require('token');
    },
    'a cache of 5 minutes': () => cached(load, 5 * minuteMs, now),
    'a read each time': () => load,
  };
  const rows = Object.entries(readers).map(([name, start]) => {
    return { name, failed: 0, total: 0, start, reads: [] };
  });

  for (let at = 0; at < processes; at += 1) {
    for (const row of rows) {
      row.reads.push(row.start());
      await row.reads.at(-1)();
    }
    fake.clock.advance(random() * 6_000); // the processes do not start together
  }
  fake.fail('unavailable');
  for (let elapsedMs = 0; elapsedMs < 10 * minuteMs; elapsedMs += everyMs) {
    for (const row of rows) {
      const results = await Promise.allSettled(row.reads.map((read) => read()));
      row.total += results.length;
      row.failed += results.filter(({ status }) => status === 'rejected').length;
    }
    fake.clock.advance(everyMs);
  }
  return rows.map(({ name, failed, total }) => ({ name, failed, total }));
}

/** What many applications write by hand. */
function cached(load, ttlMs, now) {
  let kept;
  return async () => {
    if (!kept || now() - kept.at > ttlMs) kept = { value: await load(), at: now() };
    return kept.value;
  };
}
