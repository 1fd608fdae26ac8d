import { expectNoLeak } from '@secretkit/conformance';
import { expect, it } from 'vitest';
import { awsError } from './aws-error.js';

const canary = 'CANARY-not-a-real-secret';

it.each([
  [{ name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }, 'rate_limited'],
  [{ name: 'NewException', $metadata: { httpStatusCode: 400 } }, 'invalid_argument'],
  [{ name: 'NewException', $metadata: { httpStatusCode: 418 } }, 'unknown'],
  [{ name: 'NewException', $metadata: { httpStatusCode: 500 } }, 'unavailable'],
  [{ name: 'Unknown', $metadata: { httpStatusCode: 302 } }, 'unavailable'],
  [{ name: 'Unknown', $metadata: { httpStatusCode: 401 } }, 'unauthenticated'],
  [{ name: 'Unknown', $metadata: { httpStatusCode: 403 } }, 'permission_denied'],
  [{ name: 'Unknown', $metadata: { httpStatusCode: 404 } }, 'unavailable'],
  [{ name: 'Unknown', $metadata: { httpStatusCode: 408 } }, 'timeout'],
  [{ name: 'Unknown', $metadata: { httpStatusCode: 409 } }, 'conflict'],
  [{ name: 'Unknown', $metadata: { httpStatusCode: 413 } }, 'invalid_argument'],
  [{ name: 'Unknown', $metadata: { httpStatusCode: 424 } }, 'unavailable'],
  [{ name: 'Unknown', $metadata: { httpStatusCode: 429 } }, 'rate_limited'],
  [{ name: 'SyntaxError', $metadata: { httpStatusCode: 200 } }, 'unavailable'],
  [{ name: 'SyntaxError', $metadata: { httpStatusCode: 403 } }, 'unavailable'],
  [{ name: 'SyntaxError', $metadata: { httpStatusCode: 429 } }, 'rate_limited'],
  [{ name: 'SyntaxError' }, 'unavailable'],
  [{ name: 'TypeError', $metadata: { httpStatusCode: 200 } }, 'invalid_data'],
  [{ name: 'TimeoutError', code: 'ECONNRESET' }, 'unavailable'],
  [{ name: 'TimeoutError' }, 'timeout'],
  [{ name: 'Error', code: 'ENOTFOUND' }, 'unavailable'],
  [{ name: 'CredentialsProviderError' }, 'unauthenticated'],
  [{ name: 'Error', code: canary }, 'unknown'],
  [{ name: canary, $metadata: { requestId: `${canary} `, httpStatusCode: canary } }, 'unknown'],
  [{ $metadata: null }, 'unknown'],
  [canary, 'unknown'],
  [undefined, 'unknown'],
  [null, 'unknown'],
])('an error of the client: %j', (thrown, code) => {
  const error = awsError(
    typeof thrown === 'object' && thrown ? Object.assign(thrown, { message: canary }) : thrown,
  );
  expect(error.code).toBe(code);
  expectNoLeak(canary, error);
});

it('keeps the status, the request id and a listed name', () => {
  const thrown = {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 400, requestId: '01234567-89ab-cdef-0123-456789abcdef' },
  };
  expect(awsError(thrown).details).toEqual({
    status: 400,
    requestId: '01234567-89ab-cdef-0123-456789abcdef',
    vendorCode: 'AccessDeniedException',
  });
  expect(awsError({ name: 'NewException', $metadata: { httpStatusCode: 400 } }).details).toEqual({
    status: 400,
  });
  expect(awsError({ code: 'ECONNREFUSED' }).details).toEqual({ vendorCode: 'ECONNREFUSED' });
});

it('an error that throws when it is read is unknown', () => {
  const thrown = Object.defineProperty({}, 'name', {
    get() {
      throw new Error(canary);
    },
  });
  expect(awsError(thrown).code).toBe('unknown');
  expectNoLeak(canary, awsError(thrown));
});
