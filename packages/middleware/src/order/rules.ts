/** An order of two layers that does harm. */
export interface OrderRule {
  /** The layer that stands outside. */
  readonly outer: string;
  readonly inner: string;
  /** What comes of it. */
  readonly harm: string;
  /** Where it does none, by the names of the layers inside `outer`, outermost first. */
  readonly unless?: (inside: readonly string[]) => boolean;
}

const orderRules: readonly OrderRule[] = [
  {
    outer: 'cache',
    inner: 'fallback',
    harm: 'it keeps an old value of one provider over a new one of another. A cache stands inside, around each of them',
  },
  {
    outer: 'retry',
    inner: 'cache',
    harm: 'every reader retries for itself, also when a stale value is there',
  },
  { outer: 'circuitBreaker', inner: 'cache', harm: 'an open circuit refuses what is in memory' },
  { outer: 'rateLimit', inner: 'cache', harm: 'what is in memory counts against the limit' },
  { outer: 'timeout', inner: 'cache', harm: 'every read of what is in memory pays for a timer' },
  {
    outer: 'circuitBreaker',
    inner: 'retry',
    harm: 'several attempts count as one, and an open circuit does not end the retrying',
  },
  { outer: 'rateLimit', inner: 'retry', harm: 'attempts after the first are not limited' },
  { outer: 'retry', inner: 'retry', harm: 'their attempts multiply' },
  {
    outer: 'timeout',
    inner: 'circuitBreaker',
    harm: 'a backend that hangs never opens the circuit',
    unless: (inside) => {
      const at = inside.indexOf('circuitBreaker');
      // For all attempts together, or with one for each attempt inside.
      return inside.slice(0, at).includes('retry') || inside.slice(at).includes('timeout');
    },
  },
];

/** A rule's name for warnings: `SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE`. */
export function codeOf({ outer, inner }: OrderRule): string {
  return `SECRETKIT_ORDER_${inCapitals(outer)}_OUTSIDE_${inCapitals(inner)}`;
}

/** The rules that the outermost of these layers breaks. One that is broken further inside already has been told of. */
export function brokenRules(names: readonly string[]): readonly OrderRule[] {
  const layersInside = names.slice(1);
  return orderRules.filter(
    (rule) => breaks(names, rule) && !layersInside.some((_, at) => breaks(layersInside.slice(at), rule)),
  );
}

function breaks([outermost, ...inside]: readonly string[], { outer, inner, unless }: OrderRule): boolean {
  return outermost === outer && inside.includes(inner) && !unless?.(inside);
}

function inCapitals(name: string): string {
  return name.replaceAll(/[A-Z]/g, '_$&').toUpperCase();
}
