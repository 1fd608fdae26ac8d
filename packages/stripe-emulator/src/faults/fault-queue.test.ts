import { describe, expect, test } from 'vitest';
import { createFaultQueue } from './fault-queue.js';

const find = { operation: 'find', account: 'acct_1', name: 'a' } as const;

describe('a fault affects', () => {
  test('one request by default', () => {
    const faults = createFaultQueue();
    faults.add({ kind: 'reset' });
    expect(faults.take(find)?.kind).toBe('reset');
    expect(faults.take(find)).toBeUndefined();
  });

  test('as many requests as times', () => {
    const faults = createFaultQueue();
    faults.add({ kind: 'reset', times: 3 });
    expect([1, 2, 3, 4].map(() => faults.take(find)?.kind)).toEqual(['reset', 'reset', 'reset', undefined]);
  });

  test('every request until it is cleared, with times Infinity', () => {
    const faults = createFaultQueue();
    faults.add({ kind: 'reset', times: Number.POSITIVE_INFINITY });
    for (let n = 0; n < 50; n += 1) expect(faults.take(find)).toBeDefined();
    faults.clear();
    expect(faults.take(find)).toBeUndefined();
  });

  test.each([
    { match: { operation: 'find' }, hit: true },
    { match: { operation: 'list' }, hit: false },
    { match: { account: 'acct_1' }, hit: true },
    { match: { account: 'acct_2' }, hit: false },
    { match: { name: 'a' }, hit: true },
    { match: { name: 'A' }, hit: false },
    { match: { operation: 'find', account: 'acct_1', name: 'a' }, hit: true },
    { match: { operation: 'find', account: 'acct_2', name: 'a' }, hit: false },
  ] as const)('only matching requests: $match, $hit', ({ match, hit }) => {
    const faults = createFaultQueue();
    faults.add({ kind: 'reset', ...match });
    expect(faults.take(find) !== undefined).toBe(hit);
  });
});

test('faults apply in the order in which they were added', () => {
  const faults = createFaultQueue();
  faults.add({ kind: 'reset' });
  faults.add({ kind: 'hang', operation: 'list' });
  faults.add({ kind: 'close' });
  expect([faults.take(find)?.kind, faults.take(find)?.kind]).toEqual(['reset', 'close']);
  expect(faults.pending()).toEqual([{ kind: 'hang', operation: 'list', remaining: 1 }]);
});

test('pending returns the faults without bodies and headers', () => {
  const faults = createFaultQueue();
  faults.add({ kind: 'reply', status: 200, body: 'hunter2', headers: { x: 'hunter2' }, name: 'a', times: 2 });
  expect(faults.pending()).toEqual([{ kind: 'reply', name: 'a', remaining: 2 }]);
});
