/** The middleware that other layers look for. */
export type LayerName =
  | 'cache'
  | 'circuitBreaker'
  | 'fallback'
  | 'observe'
  | 'rateLimit'
  | 'retry'
  | 'sharedCache'
  | 'snapshot'
  | 'telemetry'
  | 'timeout';

/** Returns the `kind` of a layer. It is the same symbol for all copies of the package. */
export function layerKind(name: LayerName): symbol {
  return Symbol.for(`secretkit.kind.${name}`);
}
