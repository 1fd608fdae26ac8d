import { isSecretError, SecretError } from '@secretkit/core/provider';
import { fieldsOf, networkCode } from '@secretkit/http/transport';
import { requestIdOf } from './safe-details.js';
import type { StripeFailure } from './stripe-failure.js';
import { extensionError } from './ui-extension.js';

/** Returns the error response in an error of stripe-node; `undefined` when there was no response. */
export function failureIn(error: unknown): StripeFailure | undefined {
  const { type, detail, statusCode, code, rawType, param, message, requestId, headers } = fieldsOf(error);
  if (!isSdkType(type) || isSecretError(detail) || typeof statusCode !== 'number') return undefined;
  return {
    status: statusCode,
    code: textOf(code),
    type: textOf(rawType),
    param: textOf(param),
    message: textOf(message),
    requestId: textOf(requestId),
    headers: fieldsOf(headers),
  };
}

/**
 * Returns the error to throw for an error of stripe-node without a response. Its message, `raw`, `detail` and headers may
 * contain a body, and are dropped. An error that is not stripe-node's is returned unchanged: core makes it safe.
 *
 * @param inExtension - Whether the request was sent by the HTTP client of the extension SDK.
 */
export function fromSdkError(error: unknown, inExtension = false): unknown {
  const { type, detail, requestId } = fieldsOf(error);
  if (isSecretError(detail)) return detail; // from the HTTP client of createStripeClient
  if (!isSdkType(type)) return error;
  const details = requestIdOf(requestId);
  if (type !== 'StripeConnectionError') {
    const remedy = inExtension ? 'Reload the Dashboard' : 'Check for a proxy between this host and Stripe';
    const problem = `the response is not JSON. ${remedy}, and try again.`;
    return new SecretError('unavailable', problem, { details });
  }
  const ofExtension = inExtension ? extensionError(detail) : undefined;
  if (ofExtension) return ofExtension;
  if (isInvalidHeader(detail)) {
    const problem =
      'the API key, or another header, has a character that a header cannot hold. Trim a key that comes from a file.';
    return new SecretError('unauthenticated', problem, { details });
  }
  if (isTimeout(detail)) {
    const problem = 'the timeout of stripe-node has passed. Check the network, or increase the timeout.';
    return new SecretError('timeout', problem, { details });
  }
  const code = networkCode(detail);
  const problem = `the connection to Stripe failed${code === undefined ? '' : ` (${code})`}. Check the network, and try again.`;
  return new SecretError('unavailable', problem, { details });
}

/** A timeout of stripe-node. The system uses the same code, with a syscall, for a host that cannot be reached. */
function isTimeout(detail: unknown): boolean {
  const { code, syscall } = fieldsOf(detail);
  return code === 'ETIMEDOUT' && syscall === undefined;
}

/** A request that was not sent. The error may quote the header. */
function isInvalidHeader(detail: unknown): boolean {
  const { code, message } = fieldsOf(detail);
  return code === 'ERR_INVALID_CHAR' || /ByteString|header value/.test(textOf(message) ?? ''); // of Node, and of fetch
}

// Each copy of stripe-node has classes of its own; all of them have `type`.
function isSdkType(type: unknown): boolean {
  return typeof type === 'string' && type.startsWith('Stripe');
}

function textOf(thing: unknown): string | undefined {
  return typeof thing === 'string' ? thing : undefined;
}
