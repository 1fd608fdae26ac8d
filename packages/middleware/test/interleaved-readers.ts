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

/** Somebody who reads one secret or more, and what came of it. */
export interface Reader {
  readonly refs: readonly SecretRef[];
  readonly keys: readonly string[];
  readonly startedIn: number;
  readonly fresh: boolean;
  readonly deadline: number | undefined;
  /** Absent for one who cannot leave. */
  readonly caller: AbortController | undefined;
  /** Absent, as long as it waits: the answers in words, or the reason of a rejection that is no error of ours. */
  end?: { readonly words: string } | { readonly reason: unknown };
  /** What the law has for it. */
  law?: ModelReader;
  hasLeft?: boolean;
}

/** Begins reads of a stack, and follows each to its end. */
export interface Readers {
  readonly all: readonly Reader[];
  /** Asks the stack itself, which has no guard around it that could hide what a cache leaves undone. */
  start(asked: readonly SecretRef[], startedIn: number, fresh: boolean, deadline?: number): Reader;
  /** Asks as an application does: by a client, which knows short ways. */
  startByName(ref: SecretRef, startedIn: number): Reader;
  peek(ref: SecretRef): (string | undefined)[];
}

/** @param onServed - Told of each value that a reader gets, when it gets it. */
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

  function followed(reader: Reader, answers: Promise<readonly Answer[]>): Reader {
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

    start(asked, startedIn, fresh, deadline) {
      const caller = new AbortController();
      const ctx = { signal: caller.signal, fresh, ...(deadline !== undefined && { deadline }) };
      const [first] = asked as readonly [SecretRef, ...SecretRef[]]; // nobody asks for nothing
      const answers =
        asked.length > 1 && stack.getMany ? stack.getMany(asked, ctx) : single(stack.get(first, ctx));
      return followed({ refs: asked, keys: asked.map(refKey), caller, fresh, deadline, startedIn }, answers);
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
      return followed(reader, single(clientFor(ref).get(ref.name)));
    },

    peek: (ref) => [stack.peek?.(ref), clientFor(ref).peek(ref.name)].map((secret) => secret?.reveal()),
  };
}

async function single(reading: Promise<Secret | undefined>): Promise<readonly Answer[]> {
  return [await reading];
}

/** `a#1`, `a#1 stale since 170…`, `missing` or a code. */
function inWords(answer: Answer): string {
  if (answer === undefined) return 'missing';
  if (answer instanceof SecretError) return answer.code;
  const { staleSince } = answer;
  const text = answer.reveal();
  return staleSince ? `${text} stale since ${staleSince.getTime()}` : text;
}
