import { type Ending, type Endings, type Fault, faults } from './fault-table.js';

/** The table of faults as the README shows it: a row of cells for each. */
export const faultRows: readonly (readonly string[])[] = [
  ['what happens', 'comes to', 'retryable', 'with a Stripe instance of your own'],
  ...faults.map((fault) => [fault.what, wordsFor(fault.ends), retryable(fault.ends), otherwise(fault)]),
];

function wordsFor(endings: Endings): string {
  if (typeof endings === 'string' || 'code' in endings) return wordFor(endings);
  const { others, ...some } = endings;
  const words = Object.entries(some).map(([asking, ending]) => `${asking}: ${wordFor(ending)}`);
  return [...words, `others: ${wordFor(others)}`].join('; ');
}

function wordFor(ending: Ending): string {
  if (ending === 'answered') return 'an answer';
  if (ending === 'missing') return '`undefined`';
  if (ending === 'never') return 'does not end';
  return `\`${ending.code}\``;
}

function retryable(endings: Endings): string {
  if (typeof endings === 'string') return '';
  const failures =
    'code' in endings ? [endings] : Object.values(endings).filter((each) => typeof each === 'object');
  return failures.some((each) => each.retryable) ? 'yes' : 'no';
}

function otherwise({ ends, node, fetch, until, note, triedAgain, unhandled, statusLost }: Fault): string {
  const differs = (endings?: Endings): endings is Endings =>
    endings !== undefined && wordsFor(endings) !== wordsFor(ends);
  const own = [
    differs(node) && `Node: ${wordsFor(node)}`,
    differs(fetch) && `fetch: ${wordsFor(fetch)}`,
  ].filter(Boolean);
  const both = node !== undefined && JSON.stringify(node) === JSON.stringify(fetch);
  const older = [
    until?.node && `Node: ${wordsFor(until.node)}`,
    until?.fetch && `fetch: ${wordsFor(until.fetch)}`,
  ].filter(Boolean);
  return [
    ...(both ? [wordsFor(node)] : own),
    note,
    triedAgain && (differs(node) ? 'tried again once' : 'Node: tried again once'),
    unhandled && 'leaves an unhandled rejection',
    statusLost && !both && 'without the status',
    until && `up to version ${until.major}, ${older.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}
