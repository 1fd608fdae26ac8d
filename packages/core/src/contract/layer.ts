/** One layer of a stack, as `layersOf` returns it. */
export interface Layer {
  /** The middleware in one word, such as `cache`. For people: code compares `kind`. */
  readonly name: string;
  /** Which middleware it is: `Symbol.for('secretkit.kind.cache')`. Absent where no other layer needs to know. */
  readonly kind?: symbol;
  /** Its configuration with the defaults filled in; never a value. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Returns counts and states by name; never a value. */
  snapshot?(): Readonly<Record<string, unknown>>;
  /** The stacks inside, where a provider is made of several. */
  readonly branches?: readonly Branch[];
}

/** One of the stacks that a provider is made of. */
export interface Branch {
  /** The `name` of the provider. */
  readonly name: string;
  /** Its layers, outermost first. */
  readonly layers: readonly Layer[];
}

/** Returns the middleware around a backend, outermost first, of a provider or a client. Empty without middleware. */
export function layersOf(stack: { readonly layers?: readonly Layer[] }): readonly Layer[] {
  return stack.layers ?? [];
}
