import type { Fault, Outcome, Outcomes } from './fault.js';
import { faults } from './fault-table.js';

/** The README's table of faults: the cells of each row. */
export const faultRows: readonly (readonly string[])[] = [
  ['fault', 'result', 'retryable', 'difference with your own Stripe instance'],
  ...faults.map((fault) => [
    fault.name,
    describeAll(fault.outcomes),
    retryable(fault.outcomes),
    differences(fault),
  ]),
];

function describeAll(outcomes: Outcomes): string {
  if (typeof outcomes === 'string' || 'code' in outcomes) return describeOne(outcomes);
  const { others, ...some } = outcomes;
  const each = Object.entries(some).map(([operation, outcome]) => `${operation}: ${describeOne(outcome)}`);
  return [...each, `others: ${describeOne(others)}`].join('; ');
}

function describeOne(outcome: Outcome): string {
  if (outcome === 'success') return 'success';
  if (outcome === 'missing') return '`undefined`';
  if (outcome === 'pending') return 'never settles';
  return `\`${outcome.code}\``;
}

function retryable(outcomes: Outcomes): string {
  if (typeof outcomes === 'string') return '';
  const errors =
    'code' in outcomes ? [outcomes] : Object.values(outcomes).filter((each) => typeof each === 'object');
  return errors.some((each) => each.retryable) ? 'yes' : 'no';
}

function differences({
  outcomes,
  node,
  fetch,
  until,
  note,
  retriesOnce,
  unhandled,
  losesStatus,
}: Fault): string {
  const differs = (own?: Outcomes): own is Outcomes =>
    own !== undefined && describeAll(own) !== describeAll(outcomes);
  const own = [
    differs(node) && `Node: ${describeAll(node)}`,
    differs(fetch) && `fetch: ${describeAll(fetch)}`,
  ].filter(Boolean);
  const both = node !== undefined && JSON.stringify(node) === JSON.stringify(fetch);
  const older = [
    until?.node && `Node: ${describeAll(until.node)}`,
    until?.fetch && `fetch: ${describeAll(until.fetch)}`,
  ].filter(Boolean);
  return [
    ...(both ? [describeAll(node)] : own),
    note,
    retriesOnce && (differs(node) ? 'one retry' : 'Node: one retry'),
    unhandled && 'an unhandled rejection',
    losesStatus && !both && 'no status',
    until && `up to version ${until.major}, ${older.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}
