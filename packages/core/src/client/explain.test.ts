import { describe, expect, it } from 'vitest';
import type { MemoryExplanation, SecretProvider } from '../contract/provider.js';
import { createSecrets } from './create-secrets.js';
import { type Explanation, explain } from './explain.js';

const start = Date.UTC(2030, 0, 1);
const at = (ms: number): Date => new Date(start + ms);
const ref = { name: 'db', scope: { account: 'acct_1' } };
const states = ['fresh', 'stale', 'refreshing', 'cooldown', 'missing', 'denied', 'absent'] as const;

function explained(held?: MemoryExplanation, name = 'store', nowMs = start): Explanation {
  const provider: SecretProvider = { name, get: async () => undefined };
  return explain(held ? { ...provider, memory: { explain: () => held } } : provider, ref, () => nowMs);
}

/** The lines of an explanation by their first words. */
function linesOf(held: MemoryExplanation): Readonly<Record<string, string>> {
  const lines = String(explained(held)).split('\n');
  expect(lines).toHaveLength(5);
  return Object.fromEntries(
    lines.slice(1).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
}

describe('the explanation of a secret', () => {
  it('is absent, and names the backend, without a memory', () => {
    expect({ ...explained() }).toStrictEqual({ ref, state: 'absent', answeredBy: 'store' });
    expect(Object.isFrozen(explained())).toBe(true);
  });

  it('is that of the client, within its scope, by the clock of the system', () => {
    const fetchedAt = new Date(Date.now() - 5_000);
    const memory = { explain: () => ({ state: 'fresh', fetchedAt }) as const };
    const secrets = createSecrets({ name: 'store', get: async () => undefined, memory });
    const explanation = secrets.scoped({ account: 'acct_1' }).explain({ name: 'db', field: 'password' });
    expect(explanation).toMatchObject({ ref, state: 'fresh', answeredBy: 'store', fetchedAt });
    expect(explanation.ageMs).toBeGreaterThanOrEqual(5_000);
    expect(explanation.ageMs).toBeLessThan(3_600_000);
  });

  it('is absent with a memory that has no explanations', () => {
    const provider: SecretProvider = { name: 'store', get: async () => undefined, memory: {} };
    expect(explain(provider, ref, () => start).state).toBe('absent');
  });

  it.each([
    ['fresh', 'cache'],
    ['cooldown', 'cache'],
    ['missing', 'cache'],
    ['denied', 'cache'],
    ['stale', 'backend'],
    ['refreshing', 'backend'],
    ['absent', 'backend'],
  ] as const)('of one that is %s names the one that answers the next read: the %s', (state, answeredBy) => {
    expect(explained({ state, layer: 'cache', backend: 'backend' })).toMatchObject({ state, answeredBy });
    expect(explained({ state })).toMatchObject({ state, answeredBy: 'store' });
  });

  it.each([
    ['by the clock of the memory', { state: 'fresh', fetchedAt: at(0), asOf: at(5_000) }, 5_000],
    ['by the own clock', { state: 'fresh', fetchedAt: at(-7_000) }, 7_000],
    ['of a clock that was set back', { state: 'fresh', fetchedAt: at(1_000) }, 0],
    ['that is unknown', { state: 'fresh' }, undefined],
  ] as const)('has the age of the value %s', (_, held, ageMs) => {
    expect(explained(held).ageMs).toBe(ageMs);
    expect('ageMs' in explained(held)).toBe(ageMs !== undefined);
  });
});

describe('the text of an explanation', () => {
  it('is about the secret, its state and the next read, in words of its own for each state', () => {
    const [first, ...others] = states.map((state) => {
      const [line = ''] = String(explained({ state, layer: 'cache', backend: 'backend' })).split('\n');
      expect(line).toMatch(new RegExp(`^"db" \\(account acct_1\\): ${state}\\. The next read \\w`));
      expect(line).toMatch(/ \((cache|backend)\)\.$/);
      return line.slice(line.indexOf('read'));
    });
    expect(new Set([first, ...others]).size).toBe(states.length);
  });

  it('differs for an absent secret while no call may be made', () => {
    const [stopped] = String(explained({ state: 'absent', nextAttemptAt: at(5_000) })).split('\n');
    const [plain] = String(explained({ state: 'absent' })).split('\n');
    expect(stopped).toMatch(/The next read \w/);
    expect(stopped).not.toBe(plain);
    const [fresh] = String(explained({ state: 'fresh', nextAttemptAt: at(5_000) })).split('\n');
    expect(fresh).toBe(String(explained({ state: 'fresh' })).split('\n')[0]);
  });

  it('of a value has its version, backend and times', () => {
    const lines = linesOf({
      state: 'fresh',
      backend: 'vault',
      version: 'v1',
      fetchedAt: at(-1_000),
      staleAt: at(60_000),
      servableUntil: at(7_200_000),
      expiresAt: at(172_800_000),
      nextAttemptAt: at(60_000),
      failure: { code: 'timeout', at: at(-500) },
    });
    expect(lines.Value).toBe('version v1 from vault, fetched 1 s ago (2029-12-31T23:59:59.000Z).');
    expect(lines.Deadlines).toContain('stale in 60 s (2030-01-01T00:01:00.000Z);');
    expect(lines.Deadlines).toContain('gone in 2 h (2030-01-01T02:00:00.000Z)');
    expect(lines.Deadlines).toContain('expires in 2 d (2030-01-03T00:00:00.000Z).');
    expect(lines['Next attempt']).toContain('in 60 s (2030-01-01T00:01:00.000Z)');
    expect(lines['Last failure']).toBe('timeout, 500 ms ago (2029-12-31T23:59:59.500Z).');
  });

  it('of a value without a version, a backend and an expiry names the store, and says so', () => {
    const held = { state: 'fresh', fetchedAt: at(0), staleAt: at(1), servableUntil: at(2) } as const;
    const lines = linesOf(held);
    expect(lines.Value).toBe('a value from store, fetched now (2030-01-01T00:00:00.000Z).');
    expect(lines.Deadlines).toContain('no expiry.');
    expect(lines['Next attempt']).toBe('by the next read.');
    expect(lines['Last failure']).toBe('none.');
  });

  it.each<[string, MemoryExplanation]>([
    ['absent', { state: 'absent' }],
    ['missing', { state: 'missing', fetchedAt: at(-1) }],
    ['without the time when it was fetched', { state: 'stale', servableUntil: at(1) }],
    ['that is not servable', { state: 'stale', fetchedAt: at(-1), staleAt: at(-1) }],
  ])('of one that is %s has no value or no deadlines', (_, held) => {
    const { Value, Deadlines } = linesOf(held);
    expect([Value, Deadlines]).toEqual(['none in memory.', 'none.']);
  });

  it.each([
    [0, 'now'],
    [1, 'in 1 ms'],
    [-1, '1 ms ago'],
    [999, 'in 999 ms'],
    [1_000, 'in 1 s'],
    [1_600, 'in 2 s'],
    [119_000, 'in 119 s'],
    [120_000, 'in 2 min'],
    [7_199_000, 'in 120 min'],
    [7_200_000, 'in 2 h'],
    [172_799_000, 'in 48 h'],
    [172_800_000, 'in 2 d'],
    [-172_800_000, '2 d ago'],
    [-7_200_000, '2 h ago'],
    [-120_000, '2 min ago'],
    [-1_000, '1 s ago'],
  ])('rounds a distance of %d ms to one number: %s', (ms, text) => {
    const lines = linesOf({ state: 'absent', failure: { code: 'timeout', at: at(ms) } });
    expect(lines['Last failure']).toBe(`timeout, ${text} (${at(ms).toISOString()}).`);
  });
});
