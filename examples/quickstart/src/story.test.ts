import { inspect } from 'node:util';
import { startEmulator } from '@secretkit/stripe-emulator';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend } from './backend.js';
import { env } from './backends/env.js';
import { live } from './backends/live.js';
import { memory } from './backends/memory.js';
import { stripeEmulator } from './backends/stripe-emulator.js';
import { runLiveStory } from './live-story.js';
import { valueOfUser, values } from './names.js';
import type { Report, Row } from './report.js';
import { runStory } from './story.js';

const never = new AbortController().signal;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function run(opening: Promise<Backend>, story: typeof runStory = runStory) {
  const backend = await opening;
  closing.push(() => backend.close());
  const rows: Row[] = [];
  const lines: string[] = [];
  const report: Report = {
    heading: (...all) => lines.push(...all),
    section: (title) => lines.push(title),
    row: (row) => rows.push(row),
    line: (text) => lines.push(text),
  };
  await story(backend, report, never);
  return { rows, lines, table: rows.map(({ title, answer, from, calls }) => [title, answer, from, calls]) };
}

describe('the story', () => {
  it('on the emulated Stripe Secret Store, with a count of every HTTP call', async () => {
    const { table, rows, lines } = await run(stripeEmulator());
    expect(table).toEqual([
      ['database-url', '[secret]', 'backend', 1],
      ['database-url, again', '[secret]', 'cache', 1],
      ['1,000 × webhook-secret', '1,000 × [secret]', 'backend', 2],
      ['four names, one of them cached', '[secret] [secret] [secret] [secret]', 'backend', 3],
      ['oauth-token of usr_alice', "[secret], not the account's one", 'backend', 4],
      ['oauth-token of usr_mallory', 'refused: invalid_argument', '–', 4],
      ['short-lived-token', expect.stringMatching(/^\[secret\], expires in [\d.]+ s$/), 'backend', 5],
      ['database-url, fresh', expect.stringMatching(/^\[secret\] 1 retry after \d+ ms$/), 'backend', 7],
      ['short-lived-token, later', 'none', 'backend', 8],
      ['database-url, in an outage', '[secret], stale', 'cache', 9],
      ['mail-token, after a revocation', 'refused: permission_denied', '–', 10],
    ]);
    expect(lines).toContainEqual(expect.stringMatching(/^\d+ HTTP calls in total\.$/));
    expect(lines).toContainEqual(expect.stringMatching(/^"database-url": cooldown\. .*\(cache\)\.$/));
    expect(lines).toContainEqual(expect.stringMatching(/^3 rotations under load: 0 of \d+ queries failed;/));
    const output = inspect([rows, lines], { depth: null });
    for (const value of [...Object.values(values), valueOfUser, 'sk_test_quickstart'])
      expect(output).not.toContain(value);
  });

  it('in memory', async () => {
    const { table, lines } = await run(memory());
    expect(table.map(([, , from, calls]) => [from, calls])).toEqual([
      ['backend', 1],
      ['cache', 1],
      ['backend', 2],
      ['backend', 3],
      ['backend', 4],
      ['–', 4],
      ['backend', 5],
      ['backend', 6],
    ]);
    expect(lines).toContain('Not shown: this backend has no rate limit, no outage. See --backend stripe.');
  });

  it('on environment variables, which have no batch call, no users and no expiry', async () => {
    const { table, lines } = await run(env({ DATABASE_URL: 'postgres://of-this-process.example' }));
    expect(table.map(([, , from, calls]) => [from, calls])).toEqual([
      ['backend', 1],
      ['cache', 1],
      ['backend', 2],
      ['backend', 5],
    ]);
    expect(lines).toContain(
      'Not shown: this backend has no scopes, no expiry, no rate limit, no outage, no rotation. See --backend stripe.',
    );
  });
});

describe('the live story', () => {
  it('reads every secret, and writes nothing', async () => {
    const emulator = await startEmulator();
    closing.push(() => emulator.close());
    for (const name of ['a', 'b']) emulator.secrets.put({ name, payload: 'example' });
    const { table } = await run(live('sk_test_example', emulator.url), runLiveStory);
    expect(table).toEqual([
      ['names of the account scope', '2 names', 'backend', 1],
      ['b', '[secret]', 'backend', 2],
      ['b, again', '[secret]', 'cache', 2],
      ['a', '[secret]', 'backend', 3],
      ['a, again', '[secret]', 'cache', 3],
    ]);
    expect(emulator.requests.list().every(({ method }) => method === 'GET')).toBe(true);
  });
});
