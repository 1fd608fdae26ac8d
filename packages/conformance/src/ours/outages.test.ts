import { readFileSync } from 'node:fs';
import { createSecrets } from '@secretkit/core';
import type { Middleware } from '@secretkit/core/middleware';
import { SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { type RecommendedOptions, recommended } from '@secretkit/middleware/recommended';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { seededRandom } from '../fakes/seeded-random.js';

const second = 1_000;
const minute = 60 * second;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_900_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** How a backend takes a call that reaches it so many milliseconds after the start. */
type Weather = (atMs: number) => { readonly answersAfterMs?: number; readonly fails?: SecretError };

interface Scenario {
  readonly what: string;
  readonly stack: string;
  readonly options?: RecommendedOptions;
  readonly weather: Weather;
  /** How many secrets are read, each once a second while it lasts. */
  readonly secrets: number;
  /** Before what is counted. */
  readonly calmMs: number;
  readonly lastsMs: number;
}

const between =
  (fromMs: number, toMs: number, weather: ReturnType<Weather>): Weather =>
  (atMs) =>
    atMs >= fromMs && atMs < toMs ? weather : {};

const unavailable = new SecretError('unavailable', 'HTTP 503.');
const tooMany = new SecretError('rate_limited', 'HTTP 429.', { retryAfterMs: 2_000 });

/** A limit of 25 calls in any second, as Stripe has one. */
function limited(): Weather {
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
const warm = { secrets: 10, calmMs: minute, lastsMs: 10 * minute };
const cold = { secrets: 10, calmMs: 0, lastsMs: 10 * minute };
const burst = { secrets: 100, calmMs: 0, lastsMs: second };
const tenMinutes = (weather: ReturnType<Weather>): Weather => between(minute, 11 * minute, weather);
const down = tenMinutes({ fails: unavailable });
const storm = tenMinutes({ fails: tooMany });
const slow = tenMinutes({ answersAfterMs: 10_000 });
const revalidating = {
  cache: { ttlMs: 300_000, staleWhileRevalidateMs: 3_600_000, staleIfErrorMs: 3_600_000 },
};

const scenarios: readonly Scenario[] = [
  { what: 'ten minutes of 503', stack: none, weather: down, ...warm },
  { what: 'ten minutes of 503', stack: plain, options: {}, weather: down, ...warm },
  {
    what: 'a start within ten minutes of 503',
    stack: plain,
    options: {},
    weather: between(0, 10 * minute, { fails: unavailable }),
    ...cold,
  },
  { what: 'ten minutes of 429, retry after 2 s', stack: none, weather: storm, ...warm },
  { what: 'ten minutes of 429, retry after 2 s', stack: plain, options: {}, weather: storm, ...warm },
  { what: 'ten minutes of answers after 10 s', stack: none, weather: slow, ...warm },
  { what: 'ten minutes of answers after 10 s', stack: plain, options: {}, weather: slow, ...warm },
  {
    what: 'ten minutes of answers after 10 s',
    stack: 'the same, with `staleWhileRevalidateMs`',
    options: revalidating,
    weather: slow,
    ...warm,
  },
  { what: 'a limit of 25 a second, 100 new names at once', stack: none, weather: limited(), ...burst },
  {
    what: 'a limit of 25 a second, 100 new names at once',
    stack: plain,
    options: {},
    weather: limited(),
    ...burst,
  },
  {
    what: 'a limit of 25 a second, 100 new names at once',
    stack: 'the same, with `rateLimit: { callsPerSecond: 20 }`',
    options: { rateLimit: { callsPerSecond: 20 } },
    weather: limited(),
    ...burst,
  },
];

/** Lets time pass at once, with everything that happens meanwhile. */
async function pass(ms: number): Promise<void> {
  const until = Date.now() + ms;
  for (;;) {
    for (let i = 0; i < 60; i += 1) await Promise.resolve();
    if (Date.now() >= until) return;
    if (vi.getTimerCount() > 0) vi.advanceTimersToNextTimer();
    else vi.advanceTimersByTime(until - Date.now());
  }
}

async function rowOf({ what, stack, options, weather, secrets: count, calmMs, lastsMs }: Scenario) {
  const startedAt = Date.now();
  const elapsed = (): number => Date.now() - startedAt;
  let calls = 0;
  const provider: SecretProvider = {
    name: 'store',
    async get(_ref, { signal }) {
      if (elapsed() >= calmMs) calls += 1;
      const { answersAfterMs = 20, fails } = weather(elapsed());
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

  const told = { reads: 0, failed: 0, slowestMs: 0 };
  async function read(name: string): Promise<void> {
    const askedAt = elapsed();
    const counts = askedAt >= calmMs && askedAt < calmMs + lastsMs;
    let failed = false;
    await secrets.get(name).catch(() => {
      failed = true;
    });
    if (!counts) return;
    told.reads += 1;
    told.failed += failed ? 1 : 0;
    told.slowestMs = Math.max(told.slowestMs, elapsed() - askedAt);
  }
  function readAll(): void {
    if (elapsed() >= calmMs + lastsMs) return;
    for (let at = 0; at < count; at += 1) void read(`secret-${at}`);
    setTimeout(readAll, second);
  }
  readAll();
  await pass(calmMs + lastsMs + 15 * second); // until the last read has its answer
  return { what, stack, ...told, calls };
}

function inMarkdown({ what, stack, reads, failed, calls, slowestMs }: Awaited<ReturnType<typeof rowOf>>) {
  return [what, stack, reads, failed, calls, `${slowestMs / 1_000} s`].join(' | ');
}

const readme = readFileSync(new URL('../../../middleware/README.md', import.meta.url), 'utf8');
const [, section = ''] = readme.split('## What the recommended stack survives');
const promised = [...section.matchAll(/^\| (.*) s +\|$/gm)].map(([, row = '']) =>
  `${row} s`.replaceAll(/ +\| +/g, ' | '),
);

it.each(scenarios.map((scenario, at) => ({ ...scenario, row: promised[at] })))(
  'what the README promises is true: $row',
  { timeout: 60_000 },
  async ({ row, ...scenario }) => {
    expect(inMarkdown(await rowOf(scenario))).toBe(row);
  },
);

it('the README promises nothing else', () => {
  expect(promised).toHaveLength(scenarios.length);
});
