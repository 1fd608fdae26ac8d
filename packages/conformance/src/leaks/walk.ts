/** A text, and the place where it was found. */
export interface Found {
  readonly text: string;
  readonly place: string;
}

/**
 * Returns every text that can be reached from a thing without a call of its methods: keys and fields (own, inherited,
 * hidden and by symbol), getters, elements of maps and sets, causes, and bytes.
 */
export function* textsWithin(thing: unknown, place: string, seen: Set<unknown> = new Set()): Iterable<Found> {
  if (typeof thing === 'string' || typeof thing === 'symbol' || typeof thing === 'bigint') {
    yield { text: String(thing), place };
    return;
  }
  if ((typeof thing !== 'object' && typeof thing !== 'function') || thing === null || seen.has(thing)) return;
  seen.add(thing);
  try {
    yield* partsWithin(thing, place, seen);
  } catch (error) {
    yield* textsWithin(error, place, seen); // it cannot be inspected: a revoked proxy, for example
  }
}

function* partsWithin(thing: object, place: string, seen: Set<unknown>): Iterable<Found> {
  if (isBytes(thing)) yield* textsOfBytes(thing, place);
  else yield* fieldsWithin(thing, place, seen);
  if (thing instanceof Map) {
    for (const [key, value] of thing) {
      yield* textsWithin(key, `a key of ${place}`, seen);
      yield* textsWithin(value, `a value of ${place}`, seen);
    }
  }
  if (thing instanceof Set)
    for (const each of thing) yield* textsWithin(each, `an element of ${place}`, seen);
}

function* fieldsWithin(thing: object, place: string, seen: Set<unknown>): Iterable<Found> {
  for (const holder of chainOf(thing)) {
    for (const key of Reflect.ownKeys(holder)) {
      yield { text: String(key), place: `a key of ${place}` };
      yield* textsWithin(read(thing, holder, key), `${place}.${String(key)}`, seen);
    }
  }
}

/** The thing and its prototypes, except the built-in ones. */
function* chainOf(thing: object): Iterable<object> {
  let holder: object | null = thing;
  while (holder !== null && !builtIn.has(holder)) {
    yield holder;
    holder = Reflect.getPrototypeOf(holder);
  }
}

const builtIn = new Set<object>(
  [Object, Function, Error, TypeError, RangeError, Array, Map, Set, Promise, Date, RegExp, AbortSignal].map(
    ({ prototype }) => prototype as object, // a function's prototype is typed as any
  ),
);

// A getter runs on the thing itself. If it throws, the error is inspected.
function read(thing: object, holder: object, key: string | symbol): unknown {
  try {
    const property = Reflect.getOwnPropertyDescriptor(holder, key);
    if (property?.get && String(key).startsWith('_')) return undefined; // getters of Node, which warn when they are read
    return property?.get ? Reflect.get(holder, key, thing) : (property?.value as unknown);
  } catch (error) {
    return error;
  }
}

function isBytes(thing: object): thing is ArrayBuffer | ArrayBufferView {
  return thing instanceof ArrayBuffer || ArrayBuffer.isView(thing);
}

function* textsOfBytes(thing: ArrayBuffer | ArrayBufferView, place: string): Iterable<Found> {
  const bytes =
    thing instanceof ArrayBuffer
      ? new Uint8Array(thing)
      : new Uint8Array(thing.buffer, thing.byteOffset, thing.byteLength);
  yield { text: new TextDecoder().decode(bytes), place };
  yield { text: new TextDecoder('utf-16le').decode(bytes), place };
  yield { text: new TextDecoder('utf-16le').decode(bytes.subarray(1)), place };
}
