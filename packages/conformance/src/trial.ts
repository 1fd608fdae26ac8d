import { isSecretError } from '@secretkit/core/provider';
import type { Case } from './case.js';
import { ConformanceFailure } from './failure.js';
import { LeakFound } from './leaks/leak-found.js';

/** A case, ready to be run on something. */
export interface Trial {
  readonly id: string;
  readonly title: string;
  /** @throws an `Error` that says what was expected, what came, and why it matters. */
  readonly run: () => Promise<void>;
}

/** A case on a subject that is made for it, and given back afterwards. */
export function trialOf<S>(
  each: Case<S>,
  withSubject: (run: (subject: S) => Promise<void>) => Promise<void>,
  idPrefix = '',
): Trial {
  const id = `${idPrefix}${each.id}`;
  return {
    id,
    title: each.title,
    async run() {
      try {
        await withSubject((subject) => each.run(subject));
      } catch (error) {
        throw new Error(
          `[${id}] ${each.title}: ${problemOf(error).replace(/\.$/, '')}. It matters: ${each.why}.`,
        );
      }
    },
  };
}

// Foreign messages are withheld, as everywhere: the adapter under test may quote a value.
function problemOf(error: unknown): string {
  if (error instanceof ConformanceFailure || error instanceof LeakFound) return error.message;
  if (isSecretError(error)) return `expected an answer; came the error ${error.message}`;
  const kind = error instanceof Error ? error.constructor.name : typeof error;
  const frame = error instanceof Error ? (/^\s+at .*$/m.exec(error.stack ?? '')?.[0].trim() ?? '') : '';
  return `expected no other error than a SecretError; came one of class ${kind}, thrown ${frame}`;
}
