import { isPlainObject, kindOf } from '../checks/check-options.js';
import { type Branch, backendName, layersOf, type SecretProvider } from '../contract/provider.js';
import { describeRef, type SecretRef } from '../contract/ref.js';
import { ignoreErrors } from '../kernel/injected.js';

/** The state of a stack, for probes and pages: names, codes and counts, never a value. */
export interface Health {
  /** Whether each required secret has a value that may be served now. Without required ones: true. */
  readonly ready: boolean;
  /** Whether a layer reports a fault: a circuit that is not closed, a cooldown, or a last call that failed. */
  readonly degraded: boolean;
  /** The required secrets without a value, as messages show them. */
  readonly missing: readonly string[];
  /** The snapshots of all layers, outermost first. */
  readonly layers: readonly LayerHealth[];
}

/** What one layer reports, with the name of the backend inside it. */
export interface LayerHealth {
  readonly layer: string;
  readonly backend: string;
  readonly degraded: boolean;
  readonly [count: string]: unknown;
}

/** Returns the state of a stack, without I/O. */
export function health(stack: SecretProvider, required: readonly SecretRef[], now: () => number): Health {
  const layers = healthOf({ name: stack.name, layers: layersOf(stack) });
  const missing = required.filter((ref) => !isServable(stack, ref, now())).map(describeRef);
  return {
    ready: missing.length === 0,
    degraded: layers.some(({ degraded }) => degraded),
    missing,
    layers,
  };
}

function isServable({ memory }: SecretProvider, ref: SecretRef, nowMs: number): boolean {
  const { state, servableUntil, asOf } = memory?.explain?.(ref) ?? {};
  if (state === 'denied') return false;
  return Number(servableUntil) > (asOf?.getTime() ?? nowMs) || memory?.cached?.(ref)(false) !== undefined;
}

function healthOf({ name, layers }: Branch): readonly LayerHealth[] {
  return layers.flatMap((layer) => {
    const given = ignoreErrors(() => layer.snapshot?.());
    const counts = ignoreErrors(() => shown({ ...given }) as Readonly<Record<string, unknown>>) ?? {};
    const place = { layer: layer.name, backend: backendName({ name, layers }) };
    const own = { ...place, degraded: false, ...counts };
    Object.assign(own, place, { degraded: counts['degraded'] === true });
    return [own, ...(layer.branches ?? []).flatMap(healthOf)];
  });
}

/** Returns a copy without errors, promises and other instances, which may quote a value. */
function shown(count: unknown): unknown {
  if (Array.isArray(count)) return count.map(shown);
  if (isPlainObject(count)) {
    return Object.fromEntries(Object.entries(count).map(([key, each]) => [key, shown(each)]));
  }
  const isScalar = ['number', 'string', 'boolean'].includes(kindOf(count)); // it ignores the rejection of a promise
  return isScalar || count instanceof Date ? count : undefined;
}
