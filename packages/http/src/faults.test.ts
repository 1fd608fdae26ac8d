import { readFileSync } from 'node:fs';
import { expectNoLeak } from '@secretkit/conformance';
import { errorRules, isSecretError, type SecretError } from '@secretkit/core/provider';
import { watchedSignal } from '@secretkit/testing';
import { describe, expect, it } from 'vitest';
import { clientOf } from '../test/client.js';
import { answers } from '../test/faults/answers.js';
import { connections } from '../test/faults/connections.js';
import { type ExpectedError, rowOf } from '../test/faults/fault.js';
import { fetches } from '../test/fetches.js';
import { canary, credential, requestId } from '../test/responses.js';

const faults = [...answers, ...connections];

describe.each(fetches)('with $name', (each) => {
  it.each(faults)('$name', async (fault) => {
    const expected = fault.with?.[each.name] ?? fault.outcome;
    const isLate = expected !== 'read' && expected.code === 'timeout' && expected.status === undefined;
    const server = await fault.serve();
    const timeoutMs = isLate ? (fault.timeoutMs ?? 300) : 30_000;
    const http = clientOf(server.url, { fetch: each.fetch, timeoutMs });
    const { signal, listeners } = watchedSignal();

    for (const request of [{}, { method: 'POST', body: { value: canary } }]) {
      const [result] = await Promise.allSettled([http.request({ ...request, path: ['name'], signal })]);
      expect(listeners(), 'listeners left').toBe(0);
      if (expected === 'read') {
        expect(result).toMatchObject({ value: { status: 200, body: { value: canary } } });
        continue;
      }
      const error: unknown = result.status === 'rejected' ? result.reason : 'success';
      expectError(error, expected);
      expectNoLeak([canary, credential], error);
      if (isLate) continue; // the headers may or may not have arrived
      const { status, vendorCode } = expected;
      expect(error.details).toEqual({
        ...(status !== undefined && { status }),
        ...(status !== undefined && { requestId }),
        ...(vendorCode !== undefined && { vendorCode }),
      });
    }
    await expect.poll(server.inFlight, { timeout: 30_000 }).toBe(0);
    expect(server.redirectTarget?.requests ?? []).toEqual([]);
  });
});

function expectError(error: unknown, expected: ExpectedError): asserts error is SecretError {
  if (!isSecretError(error)) throw new Error('not a SecretError', { cause: error });
  const { code, retryAfterMs, retryable = errorRules[code].retryable, says = '' } = expected;
  expect({ code: error.code, retryable: error.retryable, retryAfterMs: error.retryAfterMs }).toEqual({
    code,
    retryable,
    retryAfterMs,
  });
  expect(error.message).toContain(says);
  expect(error.message).toMatch(/^[^\n]+: .+\.$/);
}

it('the reference shows the table that the tests run', () => {
  const comment = readFileSync(new URL('./index.ts', import.meta.url), 'utf8').replaceAll(/^ \* ?/gm, '');
  const [table = ''] = /^\| fault [^]*?(?=\n\n|\n$(?![^]))/m.exec(comment) ?? [];
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  expect(table.split('\n').slice(2).map(cells)).toEqual(faults.map(rowOf));
});
