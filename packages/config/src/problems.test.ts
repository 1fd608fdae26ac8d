import { SecretError } from '@secretkit/core/provider';
import { expect, it } from 'vitest';
import { failureOf, type Problem, problemsOf } from './problems.js';

const problem = (at: string, retryAfterMs?: number): Problem => ({
  at,
  error: new SecretError('rate_limited', 'HTTP 429.', { ref: { name: 'x'.repeat(1_000) }, retryAfterMs }),
});

it.each([1, 20])('the message lists %i problems', (count) => {
  const [first, ...others] = Array.from({ length: count }, (_, at) => problem(`key-${at}`));
  const { message } = failureOf('summary:', [first!, ...others]);
  expect(message.split('\n')).toHaveLength(1 + count);
  expect(message).not.toContain('problemsOf');
});

it('the message lists the first twenty of very many problems, and problemsOf returns all', () => {
  const count = 200_000;
  const [first, ...others] = Array.from({ length: count }, (_, at) => problem(`key-${at}`, at));
  const failure = failureOf('summary:', [first!, ...others]);
  expect(failure.message.split('\n')).toHaveLength(1 + 20 + 1);
  expect(failure.message).toContain('199980 more');
  expect(failure.message.length).toBeLessThan(5_000);
  expect(problemsOf(failure)).toHaveLength(count);
  expect(failure.retryAfterMs).toBe(count - 1);
});

it('a long path is shortened in the message, and complete in problemsOf', () => {
  const path = 'a'.repeat(1_000_000);
  const failure = failureOf('summary:', [problem(path)]);
  expect(failure.message.length).toBeLessThan(1_000);
  expect(problemsOf(failure)[0]?.at).toBe(path);
});
