import { fieldsOf } from './fields-of.js';

/** The error codes of the system and of Node for a failed connection. Another text may quote a secret, and is dropped. */
const knownCodes = [
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'EPROTO',
  'ETIMEDOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
];

/** Returns the known code of an error or of its cause, as `fetch` throws it: `ECONNREFUSED`. Otherwise `undefined`. */
export function networkCode(error: unknown): string | undefined {
  const { code, cause } = fieldsOf(error);
  return knownCodes.find((known) => known === code || known === fieldsOf(cause)['code']);
}
