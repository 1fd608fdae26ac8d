import { createSecrets, type SecretsReader } from '@secretkit/core';
import {
  type Answer,
  isSecret,
  refKey,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import type { ModelReader } from './law-model.js';

/** One read of one or more secrets, and its outcome. */
export interface Reader extends Terms {
  readonly refs: readonly SecretRef[];
  readonly keys: readonly string[];
  /** Absent for a reader that cannot leave. */
  readonly caller: AbortController | undefined;
  /** Absent while it waits. The answers in words, or the reason of a rejection that is not a SecretError. */
  end?: { readonly words: string } | { readonly reason: unknown };
  /** The same read in the model. */
  model?: ModelReader;
  hasLeft?: boolean;
}

interface Terms {
  readonly startedIn: number;
  readonly fresh: boolean;
  readonly maxAgeMs?: number | undefined;
  readonly deadline?: number | undefined;
}

/** Starts reads of a stack, and records the outcome of each. */
export interface Readers {
  readonly all: readonly Reader[];
  /** Reads from the stack itself: the guard of a client could hide a fault of the cache. */
  start(requested: readonly SecretRef[], terms: Terms): Reader;
  /** Reads as an application does: with a client, which uses the cached readers. */
  startByName(ref: SecretRef, startedIn: number): Reader;
  peek(ref: SecretRef): (string | undefined)[];
}

/** @param onServed - Called with each value that a reader gets. */
export function readersOf(
  stack: SecretProvider,
  onServed: (key: string, secret: Secret, startedIn: number) => void,
): Readers {
  const all: Reader[] = [];
  const secrets = createSecrets(stack);
  const clients = new Map<string, SecretsReader>();

  function clientFor({ scope }: SecretRef): SecretsReader {
    const key = JSON.stringify(scope ?? {});
    const client = clients.get(key) ?? (scope ? secrets.scoped(scope) : secrets);
    clients.set(key, client);
    return client;
  }

  function recorded(reader: Reader, answers: Promise<readonly Answer[]>): Reader {
    all.push(reader);
    answers.then(
      (found) => {
        reader.end = { words: found.map(inWords).join() };
        for (const [at, answer] of found.entries())
          if (isSecret(answer)) onServed(reader.keys[at] ?? '', answer, reader.startedIn);
      },
      (reason: unknown) => {
        reader.end = reason instanceof SecretError ? { words: reason.code } : { reason };
      },
    );
    return reader;
  }

  return {
    all,

    start(requested, terms) {
      const { fresh, maxAgeMs, deadline } = terms;
      const caller = new AbortController();
      const ctx = {
        signal: caller.signal,
        fresh,
        ...(maxAgeMs !== undefined && { maxAgeMs }),
        ...(deadline !== undefined && { deadline }),
      };
      const [first] = requested as readonly [SecretRef, ...SecretRef[]]; // never empty
      const answers =
        requested.length > 1 && stack.getMany ? stack.getMany(requested, ctx) : single(stack.get(first, ctx));
      return recorded({ ...terms, refs: requested, keys: requested.map(refKey), caller }, answers);
    },

    startByName(ref, startedIn) {
      const reader = {
        refs: [ref],
        keys: [refKey(ref)],
        caller: undefined,
        fresh: false,
        deadline: undefined,
        startedIn,
      };
      return recorded(reader, single(clientFor(ref).get(inScope(ref))));
    },

    peek: (ref) =>
      [stack.memory?.cached?.(ref)(false)?.secret, clientFor(ref).peek(inScope(ref))].map((secret) =>
        secret?.reveal(),
      ),
  };
}

/** Returns the ref for a client of its scope. */
function inScope({ name, version }: SecretRef): string | SecretRef {
  return version === undefined ? name : { name, version };
}

async function single(reading: Promise<Secret | undefined>): Promise<readonly Answer[]> {
  return [await reading];
}

/** Returns an answer in words: `a#1`, `a#1 stale since 170…`, `missing` or a code. */
function inWords(answer: Answer): string {
  if (answer === undefined) return 'missing';
  if (answer instanceof SecretError) return answer.code;
  const { staleSince } = answer;
  const text = answer.reveal();
  return staleSince ? `${text} stale since ${staleSince.getTime()}` : text;
}
