import { type Answer, isSecretError, SecretError, type SecretRef } from '@secretkit/core/provider';
import type { Target } from './name-mapping.js';

/** A secret of a batch. Equal keys are read once. */
export interface BatchItem extends Target {
  readonly key: string;
  readonly version?: string | undefined;
}

type Signal = AbortSignal | undefined;

export interface BatchSettings {
  /** The most items of one request. */
  readonly size: number;
  /** In milliseconds. */
  readonly now: () => number;
  /** Returns where a secret is; `undefined` if there cannot be one. */
  readonly itemOf: (ref: SecretRef, signal: Signal) => Promise<BatchItem | undefined>;
  /** Whether the item can be in a request with others. */
  readonly isShared: (item: BatchItem) => boolean;
  /** Reads several items in one request. An item without an entry is read alone. */
  readonly readMany: (items: readonly BatchItem[], signal: Signal) => Promise<ReadonlyMap<string, Answer>>;
  readonly readOne: (item: BatchItem, signal: Signal) => Promise<Answer>;
}

/** How long items are read one by one after a denied request, in milliseconds. */
const deniedMs = 60_000;
/** The most requests of one batch at the same time. */
const maxRequests = 10;

/**
 * Returns a reader of batches. A denied request proves nothing about its items: the role may lack the permission for
 * batches, or for one item. So they are read one by one, as are those of the next minute.
 */
export function batchReader(settings: BatchSettings) {
  const { size, now, itemOf, isShared, readMany, readOne } = settings;
  let deniedAt = -Infinity;

  async function read(items: readonly BatchItem[], signal: Signal): Promise<ReadonlyMap<string, Answer>> {
    const unique = [...new Map(items.map((item) => [item.key, item])).values()];
    const answers = new Map<string, Answer>();

    async function readTogether(chunk: readonly BatchItem[]): Promise<void> {
      try {
        for (const [key, answer] of await readMany(chunk, signal)) answers.set(key, answer);
      } catch (error) {
        const failure = failureOf(error);
        if (failure.code === 'permission_denied') deniedAt = now();
        else for (const { key } of chunk) answers.set(key, failure);
      }
    }

    async function readAlone(item: BatchItem): Promise<void> {
      answers.set(item.key, await readOne(item, signal).catch(failureOf));
    }

    const shared = unique.filter(isShared);
    const isDenied = now() - deniedAt < deniedMs;
    if (shared.length > 1 && !isDenied) await inParallel(chunksOf(shared, size), readTogether);
    const remaining = unique.filter(({ key }) => !answers.has(key));
    await inParallel(remaining, readAlone);
    return answers;
  }

  return async (refs: readonly SecretRef[], signal: Signal): Promise<readonly Answer[]> => {
    const items = await Promise.all(refs.map((ref) => itemOf(ref, signal).catch(failureOf)));
    const answers = await read(items.filter(isItem), signal);
    return items.map((item) => (isItem(item) ? answers.get(item.key) : item));
  };
}

function isItem(item: BatchItem | SecretError | undefined): item is BatchItem {
  return item !== undefined && !isSecretError(item);
}

/** @throws Anything but a failure of the backend, such as the reason of an abort. */
function failureOf(error: unknown): SecretError {
  if (isSecretError(error)) return error;
  throw error;
}

function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}

async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const remaining = items.values();
  async function work(): Promise<void> {
    for (const item of remaining) await run(item);
  }
  await Promise.all(Array.from({ length: Math.min(maxRequests, items.length) }, work));
}
