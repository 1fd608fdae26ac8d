import { type Branch, backendName, ignoreErrors, type Layer } from '@secretkit/core/middleware';
import { layerKind } from '../shared/layer-kind.js';
import { type LayerMetric, layerMetrics, type Points, type Snapshot } from './layer-metrics.js';

/** One point of a metric. */
export interface Reading {
  readonly metric: LayerMetric;
  /** The backend inside the layer, as `health` names it. */
  readonly backend: string;
  /** The value of the metric's attribute. */
  readonly label: string;
  readonly value: number;
}

/** The metrics of all stacks of one middleware. */
export interface Readings {
  /** Returns every point. Takes the snapshots, which the layers make for this only. */
  take(): readonly Reading[];
  /** Includes a stack. Returns the function that ends it. */
  watch(stack: Branch): () => void;
  readonly isWatching: boolean;
}

export function createReadings(now: () => number): Readings {
  const watched = new Set<readonly NamedLayer[]>();
  const ended = createSums(); // of closed stacks: a counter must not decrease, and the other points become 0

  function addAll(sums: Sums, layers: readonly NamedLayer[]): void {
    const nowMs = now();
    for (const { backend, layer } of layers) {
      const snapshot: Snapshot = ignoreErrors(() => layer.snapshot?.()) ?? {};
      for (const metric of layerMetrics) {
        if (layer.kind !== layerKind(metric.layer)) continue;
        sums.add(metric, backend, ignoreErrors(() => metric.points(snapshot, nowMs)) ?? {});
      }
    }
  }

  return {
    take() {
      const sums = createSums(ended.readings().filter(isCounter));
      for (const layers of watched) addAll(sums, layers);
      for (const each of ended.readings()) if (!isCounter(each)) sums.addIfAbsent({ ...each, value: 0 });
      return sums.readings();
    },
    watch(stack) {
      const layers = layersWithBackend(stack);
      if (layers.length > 0) watched.add(layers);
      return () => {
        if (watched.delete(layers)) addAll(ended, layers);
      };
    },
    get isWatching() {
      return watched.size > 0;
    },
  };
}

interface Sums {
  add(metric: LayerMetric, backend: string, points: Points): void;
  addIfAbsent(reading: Reading): void;
  readings(): readonly Reading[];
}

/** Makes one point of those of several layers around backends of one name, which would overwrite each other. */
function createSums(start: readonly Reading[] = []): Sums {
  const keyOf = ({ name }: LayerMetric, label: string, backend: string): string =>
    `${name} ${label} ${backend}`;
  const sums = new Map(start.map((each) => [keyOf(each.metric, each.label, each.backend), each]));
  return {
    add(metric, backend, points) {
      for (const [label, value] of Object.entries(points)) {
        const key = keyOf(metric, label, backend);
        const others = sums.get(key)?.value;
        const combined = others === undefined ? value : metric.combine(others, value);
        sums.set(key, { metric, backend, label, value: combined });
      }
    },
    addIfAbsent(reading) {
      const key = keyOf(reading.metric, reading.label, reading.backend);
      if (!sums.has(key)) sums.set(key, reading);
    },
    readings: () => [...sums.values()],
  };
}

function isCounter({ metric: { instrument } }: Reading): boolean {
  return instrument === 'counter';
}

interface NamedLayer {
  readonly backend: string;
  readonly layer: Layer;
}

/** Returns the layers that have metrics, in branches too. */
function layersWithBackend({ name, layers }: Branch): readonly NamedLayer[] {
  const backend = backendName({ name, layers });
  return layers.flatMap((layer) => [
    ...(layerMetrics.some((metric) => layer.kind === layerKind(metric.layer)) ? [{ backend, layer }] : []),
    ...(layer.branches ?? []).flatMap(layersWithBackend),
  ]);
}
