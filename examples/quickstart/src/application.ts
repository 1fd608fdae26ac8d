import { inspect } from 'node:util';
import { compose, createSecrets, isSecret, layersOf, type Secret, type Secrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { type Retry, retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import type { Backend } from './backend.js';
import type { Report } from './report.js';

/** The application's secrets, and a way to read them that reports each read. */
export interface Application {
  readonly secrets: Secrets;
  readonly layers: string;
  /** Returns the retries since the last call. */
  retries(): readonly Retry[];
  /** Reads, and reports the answer, its source, the duration and the number of calls so far. */
  read<T>(title: string, read: () => Promise<T>, describe: (answer: T) => string): Promise<T>;
}

/** All code that an application needs. Only the backend differs. */
export function application(backend: Backend, report: Report): Application {
  let retries: Retry[] = [];
  const stack = compose(
    cache({ ttlMs: 4_000 }),
    retry({ onRetry: (failed) => retries.push(failed) }),
    timeout({ timeoutMs: 5_000 }),
  )(backend.provider);
  const secrets = createSecrets(stack);

  return {
    secrets,
    layers: [...layersOf(stack).map(({ name }) => name), backend.description].join(' → '),
    retries() {
      const since = retries;
      retries = [];
      return since;
    },
    async read(title, read, describe) {
      const callsBefore = backend.calls();
      const startedAt = performance.now();
      const answer = await read();
      const tookMs = performance.now() - startedAt;
      const from = sourceOf(answer, backend.calls() > callsBefore);
      report.row({ title, answer: describe(answer), from, tookMs, calls: backend.calls() });
      return answer;
    },
  };
}

function sourceOf(answer: unknown, hasCalled: boolean): string {
  if (answer instanceof Error) return '–';
  return hasCalled && !(isSecret(answer) && answer.staleSince) ? 'backend' : 'cache';
}

/** Returns a secret as the table shows it: printing a Secret never shows its value. */
export function show(secret: Secret | undefined): string {
  if (!secret) return 'none';
  return secret.staleSince ? `${inspect(secret)}, stale` : inspect(secret);
}
