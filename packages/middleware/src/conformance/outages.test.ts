import { readFileSync } from 'node:fs';
import { createSecrets } from '@secretkit/core';
import type { Middleware } from '@secretkit/core/middleware';
import { SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { type RecommendedOptions, recommended } from '@secretkit/middleware/recommended';
import { seededRandom } from '@secretkit/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const second = 1_000;
const minute = 60 * second;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_900_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns how the backend answers a call, by its time in milliseconds after the start. */
type Conditions = (atMs: number) => { readonly answersAfterMs?: number; readonly fails?: SecretError };

interface Scenario {
  readonly what: string;
  readonly stack: string;
  readonly options?: RecommendedOptions;
  readonly conditions: Conditions;
  /** The number of secrets that are read, each once a second until the end. */
  readonly secrets: number;
  /** The time before the reads that are counted. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

const between =
  (fromMs: number, toMs: number, conditions: ReturnType<Conditions>): Conditions =>
  (atMs) =>
    atMs >= fromMs && atMs < toMs ? conditions : {};

const unavailable = new SecretError('unavailable', 'HTTP 503.');
const tooMany = new SecretError('rate_limited', 'HTTP 429.', { retryAfterMs: 2_000 });

/** A limit of 25 calls in any second, like that of Stripe. */
function limited(): Conditions {
  const admitted: number[] = [];
  return (atMs) => {
    if (admitted.filter((each) => atMs - each < second).length >= 25) {
      return { fails: new SecretError('rate_limited', 'HTTP 429.', { retryAfterMs: 1_000 }) };
    }
    admitted.push(atMs);
    return {};
  };
}

const none = 'none';
const plain = '`recommended()`';
const warm = { secrets: 10, warmUpMs: minute, durationMs: 10 * minute };
const cold = { secrets: 10, warmUpMs: 0, durationMs: 10 * minute };
const burst = { secrets: 100, warmUpMs: 0, durationMs: second };
const tenMinutes = (conditions: ReturnType<Conditions>): Conditions =>
  between(minute, 11 * minute, conditions);
const down = tenMinutes({ fails: unavailable });
const storm = tenMinutes({ fails: tooMany });
const slow = tenMinutes({ answersAfterMs: 10_000 });
const revalidating = {
  cache: { ttlMs: 300_000, staleWhileRevalidateMs: 3_600_000, staleIfErrorMs: 3_600_000 },
};

const scenarios: readonly Scenario[] = [
  { what: 'ten minutes of 503', stack: none, conditions: down, ...warm },
  { what: 'ten minutes of 503', stack: plain, options: {}, conditions: down, ...warm },
  {
    what: 'a start within ten minutes of 503',
    stack: plain,
    options: {},
    conditions: between(0, 10 * minute, { fails: unavailable }),
    ...cold,
  },
  { what: 'ten minutes of 429, retry after 2 s', stack: none, conditions: storm, ...warm },
  { what: 'ten minutes of 429, retry after 2 s', stack: plain, options: {}, conditions: storm, ...warm },
  { what: 'ten minutes of answers after 10 s', stack: none, conditions: slow, ...warm },
  { what: 'ten minutes of answers after 10 s', stack: plain, options: {}, conditions: slow, ...warm },
  {
    what: 'ten minutes of answers after 10 s',
    stack: 'the same, with `staleWhileRevalidateMs`',
    options: revalidating,
    conditions: slow,
    ...warm,
  },
  { what: 'a limit of 25 a second, 100 new names at once', stack: none, conditions: limited(), ...burst },
  {
    what: 'a limit of 25 a second, 100 new names at once',
    stack: plain,
    options: {},
    conditions: limited(),
    ...burst,
  },
  {
    what: 'a limit of 25 a second, 100 new names at once',
    stack: 'the same, with `rateLimit: { callsPerSecond: 20 }`',
    options: { rateLimit: { callsPerSecond: 20 } },
    conditions: limited(),
    ...burst,
  },
];

/** Advances the fake time, and runs everything that is due. */
async function advance(ms: number): Promise<void> {
  const until = Date.now() + ms;
  for (;;) {
    for (let i = 0; i < 60; i += 1) await Promise.resolve();
    if (Date.now() >= until) return;
    if (vi.getTimerCount() > 0) vi.advanceTimersToNextTimer();
    else vi.advanceTimersByTime(until - Date.now());
  }
}

async function rowOf({ what, stack, options, conditions, secrets: count, warmUpMs, durationMs }: Scenario) {
  const startedAt = Date.now();
  const elapsed = (): number => Date.now() - startedAt;
  let calls = 0;
  const provider: SecretProvider = {
    name: 'store',
    async get(_ref, { signal }) {
      if (elapsed() >= warmUpMs) calls += 1;
      const { answersAfterMs = 20, fails } = conditions(elapsed());
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, answersAfterMs);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      });
      if (fails) throw fails;
      return seal('value');
    },
  };
  const through: Middleware | undefined = options && recommended({ random: seededRandom(7), ...options });
  const secrets = createSecrets(through ? through(provider) : provider);

  const counts = { reads: 0, failed: 0, slowestMs: 0 };
  async function read(name: string): Promise<void> {
    const startedReadAt = elapsed();
    const isCounted = startedReadAt >= warmUpMs && startedReadAt < warmUpMs + durationMs;
    let failed = false;
    await secrets.get(name).catch(() => {
      failed = true;
    });
    if (!isCounted) return;
    counts.reads += 1;
    counts.failed += failed ? 1 : 0;
    counts.slowestMs = Math.max(counts.slowestMs, elapsed() - startedReadAt);
  }
  function readAll(): void {
    if (elapsed() >= warmUpMs + durationMs) return;
    for (let at = 0; at < count; at += 1) void read(`secret-${at}`);
    setTimeout(readAll, second);
  }
  readAll();
  await advance(warmUpMs + durationMs + 15 * second); // until the last read has settled
  return { what, stack, ...counts, calls };
}

function inMarkdown({ what, stack, reads, failed, calls, slowestMs }: Awaited<ReturnType<typeof rowOf>>) {
  return [what, stack, reads, failed, calls, `${slowestMs / 1_000} s`].join(' | ');
}

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, section = ''] = readme.split('## What the recommended stack survives');
const documented = [...section.matchAll(/^\| (.*) s +\|$/gm)].map(([, row = '']) =>
  `${row} s`.replaceAll(/ +\| +/g, ' | '),
);

it.each(scenarios.map((scenario, at) => ({ ...scenario, row: documented[at] })))(
  'the README is right about $row',
  { timeout: 60_000 },
  async ({ row, ...scenario }) => {
    expect(inMarkdown(await rowOf(scenario))).toBe(row);
  },
);

it('the README has no other row', () => {
  expect(documented).toHaveLength(scenarios.length);
});
