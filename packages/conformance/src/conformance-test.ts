import { isSecretError } from '@secretkit/core/provider';
import type { Case } from './case.js';
import { ConformanceFailure } from './failure.js';
import { LeakFound } from './leaks/leak-found.js';

/** A case with its subject, ready to run. */
export interface ConformanceTest {
  readonly id: string;
  readonly title: string;
  /** @throws an `Error` with the expectation, the result and the reason. */
  readonly run: () => Promise<void>;
}

/** Returns a test that runs the case on a subject. `withSubject` creates the subject and disposes it afterwards. */
export function testOf<S>(
  each: Case<S>,
  withSubject: (run: (subject: S) => Promise<void>) => Promise<void>,
  idPrefix = '',
): ConformanceTest {
  const id = `${idPrefix}${each.id}`;
  return {
    id,
    title: each.title,
    async run() {
      try {
        await withSubject((subject) => each.run(subject));
      } catch (error) {
        throw new Error(
          `[${id}] ${each.title}: ${problemOf(error).replace(/\.$/, '')}. Reason: ${each.why}.`,
        );
      }
    },
  };
}

// The message of a foreign error is withheld: the adapter under test may quote a value.
function problemOf(error: unknown): string {
  if (error instanceof ConformanceFailure || error instanceof LeakFound) return error.message;
  if (isSecretError(error)) return `expected an answer, got the error ${error.message}`;
  const kind = error instanceof Error ? error.constructor.name : typeof error;
  const frame = error instanceof Error ? (/^\s+at .*$/m.exec(error.stack ?? '')?.[0].trim() ?? '') : '';
  return `expected a SecretError, got an error of class ${kind}, thrown ${frame}`;
}
