import { type Attributes, context, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { errorRules } from '@secretkit/core/provider';
import type { Asked, Watch } from '../observe/observed.js';
import type { Result } from '../observe/result.js';
import { attribute } from './conventions.js';
import type { Instruments } from './instruments.js';
import { type NameStyle, namesOf } from './names.js';

interface Tools {
  readonly provider: string;
  readonly names: NameStyle;
  readonly attributes: Attributes;
  readonly tracer: Tracer;
  readonly metrics: Instruments;
}

/** Watches one call by a span, which is the active one while the call is made, and by the duration of it. */
export function watchedBySpan(asked: Asked, { provider, names, attributes, tracer, metrics }: Tools): Watch {
  const { operation, refs } = asked;
  const about = { [attribute.operation]: operation, [attribute.provider]: provider };
  const startedAt = performance.now();
  const span = harmless(() =>
    tracer.startSpan(`${operation} ${provider}`, {
      attributes: {
        ...attributes,
        ...about,
        ...(operation === 'getMany' && { [attribute.batchSize]: refs.length }),
      },
    }),
  );
  // A hash takes a moment, which the call takes too.
  const naming = span?.isRecording() ? namesOf(names, asked)?.catch(() => ({})) : undefined;

  return {
    run: (call) => (span ? context.with(trace.setSpan(context.active(), span), call) : call()),

    end(result) {
      const endedAt = performance.now();
      const what = { [attribute.outcome]: result.outcome, ...failureOf(result), ...cacheOf(result) };
      // What its caller ends says nothing of the backend.
      if (result.outcome !== 'aborted') {
        harmless(() => metrics.record((endedAt - startedAt) / 1_000, { ...about, ...what }));
      }
      if (!span) return;
      harmless(() => describe(span, result, what));
      if (!naming) harmless(() => span.end(endedAt));
      else void naming.then((named) => harmless(() => span.setAttributes(named).end(endedAt))); // it cannot reject
    },
  };
}

function describe(span: Span, { outcome, failed, staleForMs }: Result, what: Attributes): void {
  span.setAttributes({
    ...what,
    ...(failed !== undefined && { [attribute.batchFailed]: failed }),
    ...(staleForMs !== undefined && { [attribute.staleAge]: staleForMs / 1_000 }),
  });
  // Without a message: it would tell names.
  if (isFailure(outcome)) span.setStatus({ code: SpanStatusCode.ERROR });
}

function failureOf({ outcome }: Result): Attributes {
  return isFailure(outcome) ? { [attribute.error]: outcome } : {};
}

function cacheOf({ cache }: Result): Attributes {
  return cache ? { [attribute.cacheResult]: cache } : {};
}

function isFailure(outcome: Result['outcome']): boolean {
  return Object.hasOwn(errorRules, outcome);
}

/** A call that is observed is the application's: what goes wrong in an SDK, or in what it was extended with, is not. */
function harmless<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
