import { metrics, trace } from '@opentelemetry/api';
import { attribute, scopeName } from './conventions.js';

/** A step of a rotation, as `rotating()` of `@secretkit/rotation` reports it. */
export interface RotationStep {
  readonly kind: string;
  /** The name of the client or pool. */
  readonly client: string;
  readonly generation: number;
  readonly version?: string;
  readonly verified?: boolean;
  readonly reason?: string;
  readonly inUse?: number;
}

/**
 * Counts a step of a rotation, and makes a span of it with the store's version id. A hook for `rotating` of `@secretkit/rotation`.
 *
 * @example
 * ```ts
 * import type { SecretsReader } from '@secretkit/core';
 * import { traceRotation } from '@secretkit/middleware/telemetry';
 * import { rotating } from '@secretkit/rotation';
 *
 * export const follow = (secrets: SecretsReader) => rotating(secrets, 'prod/db', { onEvent: traceRotation });
 * ```
 */
export function traceRotation(step: RotationStep): void {
  const { kind, client, generation, version, inUse } = step;
  const result = resultOf(step);
  const counted = {
    [attribute.rotationEvent]: kind,
    [attribute.rotationClient]: client,
    ...(result !== undefined && { [attribute.rotationResult]: result }),
  };
  metrics
    .getMeter(scopeName)
    .createCounter('secretkit.rotation.events', {
      description: 'Steps of rotations of credentials.',
      unit: '{event}',
    })
    .add(1, counted);
  const attributes = {
    ...counted,
    [attribute.rotationGeneration]: generation,
    ...(version !== undefined && { [attribute.version]: version }),
    ...(inUse !== undefined && { [attribute.rotationInUse]: inUse }),
  };
  trace.getTracer(scopeName).startSpan(`secretkit.rotation ${kind}`, { attributes }).end();
}

function resultOf({ verified, reason, inUse }: RotationStep): string | undefined {
  if (reason !== undefined) return reason;
  if (verified !== undefined) return verified ? 'verified' : 'unverified';
  if (inUse !== undefined) return inUse > 0 ? 'in_use' : 'unused';
  return undefined;
}
