import { expectNoLeak } from '@secretkit/conformance';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Phase, rehearse } from '../../test/rehearsal.js';

const canary = 'CANARY-not-a-real-secret';
let phases: ReadonlyMap<string, Phase>;

beforeAll(async () => {
  phases = new Map((await rehearse(canary)).map((each) => [each.phase, each]));
});

/** What each phase must show: to somebody who asks for one secret, to a probe, in the log, and in the metrics. */
const expected = [
  {
    phase: 'healthy',
    outcomes: { fresh: 100 },
    state: 'fresh',
    failure: undefined,
    next: 'in memory',
    newcomer: ['absent', undefined],
    health: { ready: true, degraded: false, circuit: 'closed' },
    lines: [],
    figures: { 'circuit.count closed': 1 },
  },
  {
    phase: 'denied',
    outcomes: { permission_denied: 100 },
    state: 'denied',
    failure: 'permission_denied',
    next: 'fails',
    newcomer: ['absent', undefined],
    health: { ready: false, degraded: true, circuit: 'closed' },
    lines: [/permission_denied.*get this error/],
    figures: { 'cache.failures permission_denied': 2, 'cache.consecutive_failures': 2 },
  },
  {
    phase: 'granted again',
    outcomes: { fresh: 100 },
    state: 'fresh',
    failure: undefined,
    next: 'in memory',
    newcomer: ['absent', undefined],
    health: { ready: true, degraded: false, circuit: 'closed' },
    lines: [/works again.*permission_denied/],
    figures: {},
  },
  {
    phase: 'throttled',
    outcomes: { stale: 100 },
    state: 'cooldown',
    failure: 'rate_limited',
    next: 'in memory',
    newcomer: ['absent', 'rate_limited'],
    health: { ready: true, degraded: true, circuit: 'closed' },
    lines: [/rate_limited.*value in memory/],
    figures: { 'cache.failures rate_limited': 1, 'cache.stale.count': 1 },
  },
  {
    phase: 'slow',
    outcomes: { stale: 100 },
    state: 'cooldown',
    failure: 'timeout',
    next: 'in memory',
    newcomer: ['absent', 'timeout'],
    health: { ready: true, degraded: true, circuit: 'closed' },
    lines: [/timeout.*value in memory/],
    figures: { 'cache.failures timeout': 1, 'cache.stale.count': 1 },
  },
  {
    phase: 'down',
    outcomes: { stale: 100 },
    state: 'cooldown',
    failure: 'unavailable',
    next: 'in memory',
    newcomer: ['absent', 'unavailable'],
    health: { ready: true, degraded: true, circuit: 'open' },
    lines: [/unavailable.*value in memory/, /circuit_open.*get this error/],
    figures: { 'circuit.count open': 1, 'cache.stale.count': 1, 'cache.stale.remaining': 2_786 },
  },
  {
    phase: 'down for an hour',
    outcomes: { circuit_open: 100 },
    state: 'absent',
    failure: 'unavailable',
    next: 'fails',
    newcomer: ['absent', 'unavailable'],
    health: { ready: false, degraded: true, circuit: 'open' },
    lines: [/circuit_open.*get this error/],
    figures: { 'circuit.count open': 1 },
  },
  {
    phase: 'restored',
    outcomes: { fresh: 100 },
    state: 'fresh',
    failure: undefined,
    next: 'in memory',
    newcomer: ['absent', undefined],
    health: { ready: true, degraded: false, circuit: 'closed' },
    lines: [/works again.*rate_limited, timeout, unavailable, circuit_open/],
    figures: { 'circuit.count closed': 1 },
  },
] as const;

describe('an application under load, on the recommended stack', () => {
  it('goes through each phase', () => {
    expect([...phases.keys()]).toEqual(expected.map(({ phase }) => phase));
  });

  it.each(expected)('$phase: the explanation has the state, the failure and the next read', (each) => {
    const { explanation, newcomer, outcomes } = phases.get(each.phase) as Phase;
    expect(outcomes).toEqual(each.outcomes);
    expect(explanation.state).toBe(each.state);
    expect(explanation.failure?.code).toBe(each.failure);
    expect(String(explanation).split('\n')[0]).toContain(each.next);
    expect([newcomer.state, newcomer.failure?.code]).toEqual(each.newcomer);
    if (each.failure) expect(Number(explanation.nextAttemptAt)).toBeGreaterThan(Number(explanation.asOf));
  });

  it.each(expected)('$phase: health says whether it is ready and degraded', ({ phase, health }) => {
    const { ready, degraded, layers } = (phases.get(phase) as Phase).health;
    const circuit = layers.find(({ layer }) => layer === 'circuitBreaker')?.['state'];
    expect({ ready, degraded, circuit }).toEqual(health);
  });

  it.each(expected)('$phase: the log has a line for each change, not for each read', ({ phase, lines }) => {
    const logged = phases.get(phase)?.lines ?? [];
    expect(logged).toHaveLength(lines.length);
    for (const [at, line] of lines.entries()) expect(logged[at]).toMatch(line);
  });

  it.each(expected)('$phase: the metrics have the same facts', ({ phase, figures }) => {
    const shown = phases.get(phase)?.figures ?? {};
    expect(shown).toMatchObject(figures);
    const isStale = phases.get(phase)?.explanation.state === 'cooldown';
    expect('cache.stale.remaining' in shown).toBe(isStale);
  });

  it('shows no value', () => {
    expectNoLeak(canary, [...phases.values()]);
  });
});
