import type { SecretErrorCode } from '@secretkit/core/provider';

type Operation = 'get' | 'getMany' | 'list' | 'set' | 'delete' | 'listVersions';

/** An error of AWS, and what it means for the operation that meets it. */
export interface FaultRow {
  readonly store: 'secretsmanager' | 'ssm';
  /** The operation of the provider. */
  readonly operation: Operation;
  /** The operation of AWS that fails. */
  readonly failing: string;
  readonly name: string;
  /** As the API reference has it. */
  readonly status: number;
  /** `missing`: the answer is that there is no such secret. `done`: the operation resolves. */
  readonly expected: SecretErrorCode | 'missing' | 'done';
}

type Meaning = readonly [name: string, status: number, expected: FaultRow['expected']];

/** The common errors of both services, which any operation may meet. */
export const commonErrors: readonly Meaning[] = [
  ['AccessDenied', 403, 'permission_denied'],
  ['AccessDeniedException', 400, 'permission_denied'],
  ['ExpiredToken', 403, 'unauthenticated'],
  ['ExpiredTokenException', 400, 'unauthenticated'],
  ['IncompleteSignature', 400, 'unauthenticated'],
  ['IncompleteSignatureException', 400, 'unauthenticated'],
  ['InternalError', 500, 'unavailable'],
  ['InternalFailure', 500, 'unavailable'],
  ['InvalidAction', 400, 'invalid_argument'],
  ['InvalidClientTokenId', 403, 'unauthenticated'],
  ['InvalidParameterCombination', 400, 'invalid_argument'],
  ['InvalidParameterValue', 400, 'invalid_argument'],
  ['InvalidQueryParameter', 400, 'invalid_argument'],
  ['InvalidSignatureException', 400, 'unauthenticated'],
  ['MalformedHttpRequestException', 400, 'invalid_argument'],
  ['MalformedQueryString', 404, 'invalid_argument'],
  ['MissingAction', 400, 'invalid_argument'],
  ['MissingAuthenticationToken', 403, 'unauthenticated'],
  ['MissingAuthenticationTokenException', 400, 'unauthenticated'],
  ['MissingParameter', 400, 'invalid_argument'],
  ['NotAuthorized', 400, 'permission_denied'],
  ['OptInRequired', 403, 'permission_denied'],
  ['RequestAbortedException', 400, 'unavailable'],
  ['RequestEntityTooLargeException', 413, 'invalid_argument'],
  ['RequestExpired', 400, 'unauthenticated'],
  ['RequestLimitExceeded', 503, 'rate_limited'],
  ['RequestThrottled', 400, 'rate_limited'],
  ['RequestThrottledException', 400, 'rate_limited'],
  ['RequestTimeTooSkewed', 403, 'unauthenticated'],
  ['RequestTimeoutException', 408, 'timeout'],
  ['SerializationException', 400, 'invalid_argument'],
  ['ServiceUnavailable', 503, 'unavailable'],
  ['ServiceUnavailableException', 503, 'unavailable'],
  ['SignatureDoesNotMatch', 403, 'unauthenticated'],
  ['ThrottledException', 400, 'rate_limited'],
  ['Throttling', 400, 'rate_limited'],
  ['ThrottlingException', 400, 'rate_limited'],
  ['TooManyRequestsException', 429, 'rate_limited'],
  ['UnauthorizedOperation', 403, 'permission_denied'],
  ['UnknownOperationException', 404, 'invalid_argument'],
  ['UnrecognizedClientException', 400, 'unauthenticated'],
  ['ValidationError', 400, 'invalid_argument'],
  ['ValidationException', 400, 'invalid_argument'],
];

const failed: Meaning = ['InternalServiceError', 500, 'unavailable'];
const parameter: Meaning = ['InvalidParameterException', 400, 'invalid_argument'];
const decryption: Meaning = ['DecryptionFailure', 400, 'permission_denied'];
const encryption: Meaning = ['EncryptionFailure', 400, 'permission_denied'];
const token: Meaning = ['InvalidNextTokenException', 400, 'invalid_argument'];
const missing: Meaning = ['ResourceNotFoundException', 400, 'missing'];
const deleted: Meaning = ['InvalidRequestException', 400, 'missing'];
const refused: Meaning = ['InvalidRequestException', 400, 'conflict'];
const quota: Meaning = ['LimitExceededException', 400, 'quota_exceeded'];
const exists: Meaning = ['ResourceExistsException', 400, 'conflict'];

const serverError: Meaning = ['InternalServerError', 500, 'unavailable'];
const key: Meaning = ['InvalidKeyId', 400, 'permission_denied'];
const noParameter: Meaning = ['ParameterNotFound', 400, 'missing'];
const nextToken: Meaning = ['InvalidNextToken', 400, 'invalid_argument'];
const invalid = (name: string): Meaning => [name, 400, 'invalid_argument'];

/** One row for each error that the API reference has for each operation that the providers call. */
export const faultTable: readonly FaultRow[] = [
  ...rows('secretsmanager', 'get', 'GetSecretValue', [decryption, failed, parameter, deleted, missing]),
  ...rows('secretsmanager', 'getMany', 'BatchGetSecretValue', [
    ['DecryptionFailure', 400, 'done'], // it proves nothing about each secret: they are read one by one
    failed,
    token,
    parameter,
    refused,
    ['ResourceNotFoundException', 400, 'invalid_argument'],
  ]),
  ...rows('secretsmanager', 'list', 'ListSecrets', [failed, token, parameter, refused]),
  ...rows('secretsmanager', 'listVersions', 'DescribeSecret', [failed, parameter, missing]),
  ...rows('secretsmanager', 'listVersions', 'ListSecretVersionIds', [
    failed,
    token,
    parameter,
    ['ResourceNotFoundException', 400, 'invalid_argument'],
  ]),
  ...rows('secretsmanager', 'set', 'PutSecretValue', [
    decryption,
    encryption,
    failed,
    parameter,
    refused,
    quota,
    exists,
    ['ResourceNotFoundException', 400, 'done'], // it is created
  ]),
  ...rows('secretsmanager', 'set', 'CreateSecret', [
    decryption,
    encryption,
    failed,
    parameter,
    refused,
    quota,
    ['MalformedPolicyDocumentException', 400, 'invalid_argument'],
    ['PreconditionNotMetException', 400, 'conflict'],
    ['ResourceExistsException', 400, 'invalid_argument'], // the second attempt to put finds none either
    ['ResourceNotFoundException', 400, 'invalid_argument'], // the KMS key
  ]),
  ...rows('secretsmanager', 'set', 'RestoreSecret', [
    failed,
    parameter,
    refused,
    ['ResourceNotFoundException', 400, 'invalid_argument'],
  ]),
  ...rows('secretsmanager', 'delete', 'DeleteSecret', [
    failed,
    parameter,
    refused,
    ['ResourceNotFoundException', 400, 'done'],
  ]),

  ...rows('ssm', 'get', 'GetParameter', [
    serverError,
    key,
    noParameter,
    ['ParameterVersionNotFound', 400, 'missing'],
  ]),
  ...rows('ssm', 'getMany', 'GetParameters', [
    serverError,
    ['InvalidKeyId', 400, 'done'], // as above
  ]),
  ...rows('ssm', 'list', 'GetParametersByPath', [
    serverError,
    invalid('InvalidFilterKey'),
    invalid('InvalidFilterOption'),
    invalid('InvalidFilterValue'),
    key,
    nextToken,
  ]),
  ...rows('ssm', 'listVersions', 'GetParameterHistory', [serverError, key, nextToken, noParameter]),
  ...rows('ssm', 'set', 'PutParameter', [
    invalid('HierarchyLevelLimitExceededException'),
    ['HierarchyTypeMismatchException', 400, 'conflict'],
    invalid('IncompatiblePolicyException'),
    serverError,
    invalid('InvalidAllowedPatternException'),
    key,
    invalid('InvalidPolicyAttributeException'),
    invalid('InvalidPolicyTypeException'),
    ['ParameterAlreadyExists', 400, 'conflict'],
    ['ParameterLimitExceeded', 400, 'quota_exceeded'],
    ['ParameterMaxVersionLimitExceeded', 400, 'quota_exceeded'],
    invalid('ParameterPatternMismatchException'),
    invalid('PoliciesLimitExceededException'),
    ['TooManyUpdates', 400, 'rate_limited'],
    invalid('UnsupportedParameterType'),
  ]),
  ...rows('ssm', 'delete', 'DeleteParameter', [serverError, ['ParameterNotFound', 400, 'done']]),

  ...rows('secretsmanager', 'get', 'GetSecretValue', commonErrors),
  ...rows('ssm', 'get', 'GetParameter', commonErrors),
];

function rows(
  store: FaultRow['store'],
  operation: Operation,
  failing: string,
  meanings: readonly Meaning[],
): readonly FaultRow[] {
  return meanings.map(([name, status, expected]) => ({ store, operation, failing, name, status, expected }));
}
