import { type Attributes, context, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { ignoreErrors } from '@secretkit/core/middleware';
import { errorRules } from '@secretkit/core/provider';
import type { CallObserver, ObservedCall } from '../observe/observe-calls.js';
import type { Result } from '../observe/result.js';
import { attribute } from './conventions.js';
import type { Instruments } from './instruments.js';
import { type NameStyle, nameAttributes } from './secret-names.js';

export interface SpanSettings {
  readonly provider: string;
  readonly names: NameStyle;
  readonly attributes: Attributes;
  readonly tracer: Tracer;
  readonly metrics: Instruments;
}

/**
 * Observes one call by a span, which is active during the call, and records its duration. The call belongs to the
 * application, so errors of an SDK or of its extensions are ignored.
 */
export function spanObserver(
  call: ObservedCall,
  { provider, names, attributes, tracer, metrics }: SpanSettings,
): CallObserver {
  const { operation, refs } = call;
  const callAttributes = { [attribute.operation]: operation, [attribute.provider]: provider };
  const startedAt = performance.now();
  const span = ignoreErrors(() =>
    tracer.startSpan(`${operation} ${provider}`, {
      attributes: {
        ...attributes,
        ...callAttributes,
        ...(operation === 'getMany' && { [attribute.batchSize]: refs.length }),
      },
    }),
  );
  // A hash is asynchronous, so it is computed during the call.
  const naming = span?.isRecording() ? nameAttributes(names, call)?.catch(() => ({})) : undefined;

  return {
    run: (work) => (span ? context.with(trace.setSpan(context.active(), span), work) : work()),

    end(result) {
      const endedAt = performance.now();
      const resultAttributes = {
        [attribute.outcome]: result.outcome,
        ...failureAttributes(result),
        ...cacheAttributes(result),
      };
      // The duration until an abort by the caller is not a property of the backend.
      if (result.outcome !== 'aborted') {
        ignoreErrors(() =>
          metrics.record((endedAt - startedAt) / 1_000, { ...callAttributes, ...resultAttributes }),
        );
      }
      if (!span) return;
      ignoreErrors(() => describe(span, result, resultAttributes));
      if (!naming) ignoreErrors(() => span.end(endedAt));
      else void naming.then((named) => ignoreErrors(() => span.setAttributes(named).end(endedAt))); // it cannot reject
    },
  };
}

function describe(span: Span, { outcome, failed, staleForMs }: Result, resultAttributes: Attributes): void {
  span.setAttributes({
    ...resultAttributes,
    ...(failed !== undefined && { [attribute.batchFailed]: failed }),
    ...(staleForMs !== undefined && { [attribute.staleAge]: staleForMs / 1_000 }),
  });
  // Without the message, which has names.
  if (isFailure(outcome)) span.setStatus({ code: SpanStatusCode.ERROR });
}

function failureAttributes({ outcome }: Result): Attributes {
  return isFailure(outcome) ? { [attribute.error]: outcome } : {};
}

function cacheAttributes({ cache }: Result): Attributes {
  return cache ? { [attribute.cacheResult]: cache } : {};
}

function isFailure(outcome: Result['outcome']): boolean {
  return Object.hasOwn(errorRules, outcome);
}
