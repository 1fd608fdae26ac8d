import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';

/** Returns spans as lines, each below its parent, with attributes, duration and events. */
export function treeOf(spans: readonly ReadableSpan[]): string[] {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const childrenOf = (parent: string | undefined): readonly ReadableSpan[] =>
    spans
      .filter(({ parentSpanContext }) => {
        const id = parentSpanContext?.spanId;
        return parent === undefined ? id === undefined || !ids.has(id) : id === parent;
      })
      .sort((one, other) => msOf(one.startTime) - msOf(other.startTime));

  function linesOf(span: ReadableSpan, indent: string): string[] {
    const inside = `${indent}    `;
    return [
      `${indent}${span.name}  ${format(span.attributes)}  ${msOf(span.duration).toFixed(1)} ms`,
      ...span.events.map(({ name, attributes = {} }) => `${inside}· ${name}  ${format(attributes)}`),
      ...childrenOf(span.spanContext().spanId).flatMap((child) => linesOf(child, inside)),
    ];
  }
  return childrenOf(undefined).flatMap((root) => linesOf(root, ''));
}

/** The attributes on a line, and their labels. */
const shown: readonly (readonly [attribute: string, label: string])[] = [
  ['secretkit.outcome', 'outcome'],
  ['secretkit.cache.result', 'cache'],
  ['secretkit.cache.stale_age', 'stale_for_s'],
  ['secretkit.attempt.count', 'attempts'],
  ['secretkit.attempt.number', 'attempt'],
  ['secretkit.secret.hash', 'name'],
  ['error.type', 'error'],
  ['secretkit.fallback.next', 'next'],
  ['http.response.status_code', 'status'],
];

function format(attributes: Attributes): string {
  return shown
    .filter(([attribute]) => attributes[attribute] !== undefined)
    .map(([attribute, label]) => `${label}=${String(attributes[attribute])}`)
    .join(' ');
}

function msOf([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000 + nanoseconds / 1e6;
}
