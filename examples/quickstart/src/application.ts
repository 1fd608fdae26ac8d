import { inspect } from 'node:util';
import { compose, createSecrets, layersOf, type Secret, type Secrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { type Retry, retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import type { Backend } from './backend.js';
import type { Report } from './report.js';

/** The application's secrets, and a way to read them that tells the reader what happened. */
export interface Application {
  readonly secrets: Secrets;
  readonly layers: string;
  /** Retries since this was last asked. */
  retries(): readonly Retry[];
  /** Reads, and reports what was asked, what came, from where, how long it took and how many calls there were so far. */
  read<T>(asked: string, read: () => Promise<T>, describe: (answer: T) => string): Promise<T>;
}

/** These lines are all that an application needs; the backend is the only thing that differs. */
export function application(backend: Backend, report: Report): Application {
  let retries: Retry[] = [];
  const stack = compose(
    cache({ ttlMs: 60_000 }),
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
    async read(asked, read, describe) {
      const callsBefore = backend.calls();
      const startedAt = performance.now();
      const answer = await read();
      const tookMs = performance.now() - startedAt;
      const from = backend.calls() > callsBefore ? 'backend' : answer instanceof Error ? 'nowhere' : 'cache';
      report.row({ asked, answer: describe(answer), from, tookMs, calls: backend.calls() });
      return answer;
    },
  };
}

/** A secret as the table shows it. A value never gets here: printing a Secret does not show it. */
export function show(secret: Secret | undefined): string {
  return secret ? inspect(secret) : 'none';
}
