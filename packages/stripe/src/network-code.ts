import { fieldsOf } from './fields-of.js';

/** The system's and Node's words for why a connection failed. Another text in their place may be anything, and is not told. */
const known = [
  'EAI_AGAIN',
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

/** ` (ECONNREFUSED)` for an error that says so itself or by its cause, as those of fetch do; else nothing. */
export function networkCode(error: unknown): string {
  const { code, cause } = fieldsOf(error);
  const told = known.find((each) => each === code || each === fieldsOf(cause)['code']);
  return told === undefined ? '' : ` (${told})`;
}
