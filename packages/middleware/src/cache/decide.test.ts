import { errorRules, type SecretErrorCode } from '@secretkit/core/provider';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, type EntryTimes, type ReadTerms } from './decide.js';

const wallMs = 1_000_000;
const monotonicMs = 5_000;
const now = { wallMs, monotonicMs };
const bounds = { staleWhileRevalidateMs: 100, staleIfErrorMs: 400 };
const codes = Object.keys(errorRules) as SecretErrorCode[]; // Object.keys() returns string[]

/** An entry that is past its soft deadline by this, or before it, with an hour to live. */
function staleFor(ms: number, times: Partial<EntryTimes> = {}): EntryTimes {
  const forever = {
    fetchedAt: monotonicMs - ms - 1_000,
    expiresAt: wallMs + 3_600_000,
    staleUntil: Number.POSITIVE_INFINITY,
    cooldownUntil: Number.NEGATIVE_INFINITY,
  };
  return { freshUntil: wallMs - ms, softAt: monotonicMs - ms, ...forever, ...times };
}

describe('the law', () => {
  const denied = { until: monotonicMs + 1 };
  const over = { until: monotonicMs };
  const cooldown = { cooldownUntil: monotonicMs + 1 };
  it.each<[string, Decision, EntryTimes | undefined, { until: number } | undefined, ReadTerms]>([
    ['a fresh value is served', 'serve', staleFor(-1), undefined, {}],
    ['a fresh value is served beside a remembered failure', 'serve', staleFor(-1), denied, {}],
    ['a fresh value is not served to a fresh read', 'wait', staleFor(-1), undefined, { fresh: true }],
    ['at its soft deadline a value is refreshed', 'serve and refresh', staleFor(0), undefined, {}],
    ['within staleWhileRevalidateMs a value is refreshed', 'serve and refresh', staleFor(99), undefined, {}],
    ['at the end of staleWhileRevalidateMs a read waits', 'wait', staleFor(100), undefined, {}],
    ['a fresh value of maxAgeMs is served', 'serve', staleFor(-1), undefined, { maxAgeMs: 999 }],
    ['a fresh value older than maxAgeMs is not served', 'wait', staleFor(-1), undefined, { maxAgeMs: 998 }],
    [
      'a stale value of maxAgeMs is refreshed',
      'serve and refresh',
      staleFor(1),
      undefined,
      { maxAgeMs: 1_001 },
    ],
    ['a stale value older than maxAgeMs is not served', 'wait', staleFor(1), undefined, { maxAgeMs: 1_000 }],
    ['maxAgeMs ends no cooldown', 'serve', staleFor(-1, cooldown), undefined, { maxAgeMs: 0 }],
    [
      'maxAgeMs ends no cooldown of a stale value',
      'serve',
      staleFor(399, cooldown),
      undefined,
      { maxAgeMs: 0 },
    ],
    ['maxAgeMs ends no memory of a failure', 'refuse', staleFor(-1), denied, { maxAgeMs: 0 }],
    [
      'after a failure a fresh value older than maxAgeMs is served',
      'serve',
      staleFor(-1),
      undefined,
      { maxAgeMs: 0, failure: 'timeout' },
    ],
    ['in a cooldown a stale value is served', 'serve', staleFor(399, cooldown), undefined, {}],
    [
      'in a cooldown a read waits once both bounds have ended',
      'wait',
      staleFor(400, cooldown),
      undefined,
      {},
    ],
    [
      'in a cooldown a stale value is served within the bound of its giver',
      'serve',
      staleFor(50, { ...cooldown, staleUntil: monotonicMs + 1 }),
      undefined,
      {},
    ],
    [
      'but not at the end of it',
      'wait',
      staleFor(50, { ...cooldown, staleUntil: monotonicMs }),
      undefined,
      {},
    ],
    [
      'nor after a failure',
      'refuse',
      staleFor(50, { staleUntil: monotonicMs }),
      undefined,
      { failure: 'timeout' },
    ],
    [
      'the bound of a giver ends no freshness',
      'serve',
      staleFor(-1, { staleUntil: monotonicMs }),
      undefined,
      {},
    ],
    ['a cooldown ends', 'wait', staleFor(399, { cooldownUntil: monotonicMs }), undefined, {}],
    ['a remembered failure is repeated', 'refuse', undefined, denied, {}],
    ['a remembered failure is repeated beside a stale value', 'refuse', staleFor(0), denied, {}],
    ['a remembered failure ends', 'wait', undefined, over, {}],
    ['nothing in memory: a read waits', 'wait', undefined, undefined, {}],
    ['after a failure a stale value is served', 'serve', staleFor(399), undefined, { failure: 'timeout' }],
    ['after a failure a fresh value is served', 'serve', staleFor(-1), undefined, { failure: 'timeout' }],
    ['but not past staleIfErrorMs', 'refuse', staleFor(400), undefined, { failure: 'timeout' }],
    ['nor without a value', 'refuse', undefined, undefined, { failure: 'timeout' }],
    ['nor to a fresh read', 'refuse', staleFor(-1), undefined, { fresh: true, failure: 'timeout' }],
    [
      'a step forward of the wall clock only ends freshness',
      'wait',
      staleFor(0, { freshUntil: 0, softAt: 9_000 }),
      undefined,
      { fresh: true },
    ],
  ])('%s: %s', (_, expected, entry, negative, terms) => {
    expect(decide(entry, negative, now, terms, bounds)).toBe(expected);
  });

  it.each(codes)('after %s, stale only if the table of codes allows it', (failure) => {
    const expected = errorRules[failure].staleAllowed ? 'serve' : 'refuse';
    expect(decide(staleFor(0), undefined, now, { failure }, bounds)).toBe(expected);
    expect(decide(staleFor(-1), undefined, now, { failure }, bounds)).toBe(expected);
  });

  it('reads the wall clock alone for a fresh value', () => {
    const wallOnly = {
      wallMs,
      get monotonicMs(): number {
        throw new Error('a hit reads one clock');
      },
    };
    expect(decide(staleFor(-1), undefined, wallOnly, {}, bounds)).toBe('serve');
  });
});

describe('any sequence of times', () => {
  const time = fc.integer({ min: -500, max: 500 });
  const entries = fc
    .record({
      staleMs: time,
      stepMs: time,
      expiresInMs: fc.integer({ min: -500, max: 1_000 }),
      cooldownMs: time,
      boundMs: fc.option(time, { nil: Number.POSITIVE_INFINITY }),
    })
    .map(({ staleMs, stepMs, expiresInMs, cooldownMs, boundMs }): EntryTimes => {
      const expiresAt = wallMs + expiresInMs;
      return {
        freshUntil: Math.min(wallMs - staleMs, expiresAt),
        softAt: monotonicMs - staleMs - stepMs,
        fetchedAt: monotonicMs - 1_000,
        expiresAt,
        staleUntil: monotonicMs + boundMs,
        cooldownUntil: monotonicMs + cooldownMs,
      };
    });
  const terms = fc.record({
    fresh: fc.boolean(),
    failure: fc.option(fc.constantFrom(...codes), { nil: undefined }),
  });
  const negatives = fc.option(
    time.map((ms) => ({ until: monotonicMs + ms })),
    { nil: undefined },
  );

  it('serves nothing at or past its expiry, nor to a fresh read, nor past both bounds', () => {
    fc.assert(
      fc.property(entries, negatives, terms, (entry, negative, { fresh, failure }) => {
        const decision = decide(entry, negative, now, { fresh, ...(failure && { failure }) }, bounds);
        if (decision !== 'serve' && decision !== 'serve and refresh') return;
        expect(fresh).toBe(false);
        expect(wallMs).toBeLessThan(entry.expiresAt);
        if (wallMs >= entry.freshUntil) {
          expect(monotonicMs - entry.softAt).toBeLessThan(bounds.staleIfErrorMs);
          expect(monotonicMs).toBeLessThan(entry.staleUntil);
        }
        if (failure) expect(errorRules[failure].staleAllowed).toBe(true);
      }),
      { seed: 20_261_124 },
    );
  });
});
