import { isSecretError, SecretError } from '@secretkit/core/provider';
import { fieldsOf } from './fields-of.js';
import { networkCode } from './network-code.js';
import { requestIdOf } from './safe-words.js';
import type { StripeFailure } from './stripe-failure.js';

/** What Stripe answered, if that is what stripe-node rejected with. */
export function failureIn(error: unknown): StripeFailure | undefined {
  const { type, detail, statusCode, code, rawType, param, message, requestId, headers } = fieldsOf(error);
  if (!isOfSdk(type) || isSecretError(detail) || typeof statusCode !== 'number') return undefined;
  return {
    status: statusCode,
    code: text(code),
    type: text(rawType),
    param: text(param),
    message: text(message),
    requestId: text(requestId),
    headers: fieldsOf(headers),
  };
}

/**
 * The error for what else stripe-node rejects with. Its message, `raw`, `detail` and headers may hold a body: none is
 * kept. What is not stripe-node's stays as it is, for the guard around every provider to take apart.
 */
export function fromSdkError(error: unknown): unknown {
  const { type, detail, requestId } = fieldsOf(error);
  if (isSecretError(detail)) return detail; // the hardened client's own
  if (!isOfSdk(type)) return error;
  const details = requestIdOf(requestId);
  if (type !== 'StripeConnectionError') {
    const problem = 'the answer was not JSON. Check for a proxy in between, and try again.';
    return new SecretError('unavailable', problem, { details });
  }
  if (isUnsendable(detail)) {
    const problem =
      'the API key, or another header, has a character that no header can carry. Was the key read from a file? Trim it.';
    return new SecretError('unauthenticated', problem, { details });
  }
  return isTimeout(detail)
    ? new SecretError(
        'timeout',
        "stripe-node's own time-out passed. Check the network, or allow more time.",
        { details },
      )
    : new SecretError(
        'unavailable',
        `the connection to Stripe failed${networkCode(detail)}. Check the network, and try again.`,
        { details },
      );
}

/** stripe-node's own time-out has the code of the system's, which tells of a host that cannot be reached. */
function isTimeout(detail: unknown): boolean {
  const { code, syscall } = fieldsOf(detail);
  return code === 'ETIMEDOUT' && syscall === undefined;
}

/** Nothing was sent then. The error may quote the header. */
function isUnsendable(detail: unknown): boolean {
  const { code, message } = fieldsOf(detail);
  return code === 'ERR_INVALID_CHAR' || /ByteString|header value/.test(text(message) ?? ''); // Node's, and fetch's
}

// Copies of stripe-node have different classes: `type` is what they share.
function isOfSdk(type: unknown): boolean {
  return typeof type === 'string' && type.startsWith('Stripe');
}

function text(thing: unknown): string | undefined {
  return typeof thing === 'string' ? thing : undefined;
}
