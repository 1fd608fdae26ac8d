import type { LayerName } from '../shared/layer-kind.js';
import { attribute } from './conventions.js';

/** A snapshot of a layer, as `layersOf` returns it. */
export type Snapshot = Readonly<Record<string, unknown>>;

/** The points of a metric: a value for each value of its attribute. The key is empty if it has none. */
export type Points = Readonly<Record<string, number>>;

/** A metric that is read from the snapshots of layers when metrics are collected. */
export interface LayerMetric {
  readonly name: string;
  readonly instrument: 'counter' | 'upDownCounter' | 'gauge';
  readonly unit: string;
  readonly description: string;
  /** The kind of layer that it is read from. */
  readonly layer: LayerName;
  /** The attribute that separates its points. */
  readonly by?: string;
  /** How two layers around backends of one name become one point. */
  readonly combine: (one: number, other: number) => number;
  points(snapshot: Snapshot, nowMs: number): Points;
}

const smallestAboveZero = (one: number, other: number): number =>
  one === 0 || other === 0 ? one + other : Math.min(one, other);
const sum = (one: number, other: number): number => one + other;

const cacheEvents = {
  hits: 'hit',
  misses: 'miss',
  stale: 'stale',
  refreshes: 'refresh',
  coalesced: 'coalesced',
  failures: 'failure',
  evictions: 'eviction',
} as const;

const circuitStates = ['closed', 'open', 'half-open'] as const;

/** Every metric of the layers. None has a name of a secret, a version, an account or a user: these have no bound. */
export const layerMetrics: readonly LayerMetric[] = [
  {
    name: 'secretkit.cache.events',
    instrument: 'counter',
    unit: '{event}',
    description: 'Cache events: hits, misses, stale values, refreshes, coalesced reads, failures, evictions.',
    layer: 'cache',
    by: attribute.cacheEvent,
    combine: sum,
    points: (snapshot) =>
      Object.fromEntries(
        Object.entries(cacheEvents).map(([count, event]) => [event, numberOf(snapshot[count])]),
      ),
  },
  {
    name: 'secretkit.cache.failures',
    instrument: 'counter',
    unit: '{failure}',
    description: 'Reads of the backend that failed, after retries, by code.',
    layer: 'cache',
    by: attribute.error,
    combine: sum,
    points: ({ failureCodes }) =>
      Object.fromEntries(Object.entries(failureCodes ?? {}).map(([code, count]) => [code, numberOf(count)])),
  },
  cacheCount('secretkit.cache.entry.count', '{entry}', 'Values in caches.', 'size'),
  cacheCount(
    'secretkit.cache.cooldown.count',
    '{entry}',
    'Values whose refresh failed and is not repeated yet.',
    'cooldowns',
  ),
  cacheCount(
    'secretkit.cache.stale.count',
    '{entry}',
    'Values past their freshness that are served since their refresh failed.',
    'staleEntries',
  ),
  cacheCount(
    'secretkit.cache.rotation_overdue.count',
    '{entry}',
    'Values in use past the date at which their store should have rotated them.',
    'rotationsOverdue',
  ),
  cacheCount(
    'secretkit.cache.active_requests',
    '{request}',
    'Calls from caches to the backend in flight.',
    'inFlight',
  ),
  {
    name: 'secretkit.cache.stale.remaining',
    instrument: 'gauge',
    unit: 's',
    description: 'Time until the first stale value may not be served any more; 0 while none is stale.',
    layer: 'cache',
    combine: smallestAboveZero,
    // An SDK repeats the last value of a point that is not reported.
    points: ({ servableForMs }) => ({ '': numberOf(servableForMs) / 1_000 }),
  },
  {
    name: 'secretkit.cache.consecutive_failures',
    instrument: 'gauge',
    unit: '{failure}',
    description: 'Reads of the backend that failed since the last success.',
    layer: 'cache',
    combine: Math.max,
    points: ({ consecutiveFailures }) => ({ '': numberOf(consecutiveFailures) }),
  },
  {
    name: 'secretkit.cache.last_success.age',
    instrument: 'gauge',
    unit: 's',
    description: 'Time since the backend last answered. Absent before its first answer.',
    layer: 'cache',
    combine: Math.min,
    points: ({ lastSuccessAt }, nowMs) =>
      lastSuccessAt === undefined
        ? {}
        : { '': Math.max(0, nowMs - (lastSuccessAt as Date).getTime()) / 1_000 }, // as the cache has it
  },
  {
    name: 'secretkit.circuit.count',
    instrument: 'upDownCounter',
    unit: '{circuit}',
    description: 'Circuits in each state: closed, open, half-open.',
    layer: 'circuitBreaker',
    by: attribute.circuitState,
    combine: sum,
    points: circuitsByState,
  },
  circuitCount(
    'secretkit.circuit.openings',
    '{opening}',
    'How often a circuit opened, since the backend failed.',
    'opened',
  ),
  circuitCount(
    'secretkit.circuit.refusals',
    '{call}',
    'Calls that failed at once, since the circuit was open.',
    'refused',
  ),
];

function cacheCount(name: string, unit: string, description: string, count: string): LayerMetric {
  return {
    name,
    instrument: 'upDownCounter',
    unit,
    description,
    layer: 'cache',
    combine: sum,
    points: (snapshot) => ({ '': numberOf(snapshot[count]) }),
  };
}

function circuitCount(name: string, unit: string, description: string, count: string): LayerMetric {
  return {
    name,
    instrument: 'counter',
    unit,
    description,
    layer: 'circuitBreaker',
    combine: sum,
    points: (snapshot) => ({ '': numberOf(snapshot[count]) }),
  };
}

/** Every state has a point, so that a series that ends is never mistaken for a closed circuit. */
function circuitsByState({ state, circuits, notClosed = [] }: Snapshot): Points {
  const others = state === undefined ? (notClosed as readonly { readonly state: string }[]) : [{ state }]; // as the breaker has them
  const all = state === undefined ? numberOf(circuits) : 1;
  const open = others.filter((each) => each.state === 'open').length;
  const halfOpen = others.filter((each) => each.state === 'half-open').length;
  const [closedState, openState, halfOpenState] = circuitStates;
  return { [closedState]: all - open - halfOpen, [openState]: open, [halfOpenState]: halfOpen };
}

function numberOf(count: unknown): number {
  return Number(count ?? 0);
}
