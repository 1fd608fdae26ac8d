import { SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import { networkCode } from '@secretkit/http/transport';

/** What an error means. */
export interface Meaning {
  readonly code: SecretErrorCode;
  /** What happened, and what to do. */
  readonly problem: string;
}

const denied = meaning(
  'permission_denied',
  'the credentials may not do this. Grant their role the action on this resource.',
);
const badKey = meaning(
  'permission_denied',
  'the KMS key of the value cannot be used. Enable the key, and grant the role kms:Decrypt, and kms:GenerateDataKey to write.',
);
const badCredentials = meaning(
  'unauthenticated',
  'AWS did not accept the credentials. Check that they are complete and current.',
);
const expired = meaning('unauthenticated', 'the credentials have expired. Use new ones.');
const badSignature = meaning(
  'unauthenticated',
  'AWS did not accept the signature. Check the clock of this machine, and the secret access key.',
);
const noCredentials = meaning(
  'unauthenticated',
  'the client found no credentials. Give this process a role, or pass credentials to the client.',
);
const throttled = meaning('rate_limited', 'too many requests. Put a cache in front.');
const failed = meaning('unavailable', 'AWS failed. Try again later.');
const malformed = meaning(
  'invalid_argument',
  'AWS refused the request. Check the name, the value and the options.',
);
const staleCursor = meaning('invalid_argument', 'the cursor is not valid, or too old. Start the list again.');
const quota = meaning(
  'quota_exceeded',
  'a quota of the account is used up. Delete secrets, or ask AWS for more.',
);
const policy = meaning('invalid_argument', 'AWS refused the policies of the parameter. Check them.');
const timedOut = meaning('timeout', 'the request did not end in time. Check the network, and try again.');
const unreadable = meaning(
  'unavailable',
  'the response is not from AWS. Check the endpoint, and any proxy in between.',
);

/** The meaning of each error name of AWS, and of the SDK for its own failures. */
const byName: ReadonlyMap<unknown, Meaning> = new Map<unknown, Meaning>([
  // Both services
  ['AccessDenied', denied],
  ['AccessDeniedException', denied],
  ['NotAuthorized', denied],
  ['OptInRequired', denied],
  ['UnauthorizedOperation', denied],
  ['ExpiredToken', expired],
  ['ExpiredTokenException', expired],
  ['RequestExpired', badSignature],
  ['RequestTimeTooSkewed', badSignature],
  ['IncompleteSignature', badSignature],
  ['IncompleteSignatureException', badSignature],
  ['InvalidSignatureException', badSignature],
  ['SignatureDoesNotMatch', badSignature],
  ['InvalidClientTokenId', badCredentials],
  ['MissingAuthenticationToken', badCredentials],
  ['MissingAuthenticationTokenException', badCredentials],
  ['UnrecognizedClientException', badCredentials],
  ['Throttling', throttled],
  ['ThrottlingException', throttled],
  ['ThrottledException', throttled],
  ['RequestThrottled', throttled],
  ['RequestThrottledException', throttled],
  ['RequestLimitExceeded', throttled],
  ['TooManyRequestsException', throttled],
  ['InternalFailure', failed],
  ['InternalError', failed],
  ['ServiceUnavailable', failed],
  ['ServiceUnavailableException', failed],
  ['RequestAbortedException', failed],
  ['RequestTimeoutException', timedOut],
  ['InvalidAction', malformed],
  ['InvalidParameterCombination', malformed],
  ['InvalidParameterValue', malformed],
  ['InvalidQueryParameter', malformed],
  ['MalformedHttpRequestException', malformed],
  ['MalformedQueryString', malformed],
  ['MissingAction', malformed],
  ['MissingParameter', malformed],
  ['RequestEntityTooLargeException', malformed],
  ['SerializationException', malformed],
  ['UnknownOperationException', malformed],
  ['ValidationError', malformed],
  ['ValidationException', malformed],

  // Secrets Manager
  ['DecryptionFailure', badKey],
  ['EncryptionFailure', badKey],
  ['InternalServiceError', failed],
  ['InternalServiceFailure', failed],
  ['InvalidNextTokenException', staleCursor],
  ['InvalidParameterException', malformed],
  [
    'InvalidRequestException',
    meaning(
      'conflict',
      'the secret is scheduled for deletion, or another AWS service manages it. Restore it, or set restoreDeleted.',
    ),
  ],
  ['LimitExceededException', quota],
  ['MalformedPolicyDocumentException', malformed],
  [
    'PreconditionNotMetException',
    meaning('conflict', 'a condition of the write is not met. Read the secret first.'),
  ],
  [
    'ResourceExistsException',
    meaning('conflict', 'another write has used this name or this idempotency key. Read the secret first.'),
  ],
  [
    'ResourceNotFoundException',
    meaning(
      'invalid_argument',
      'AWS cannot find what the request names, such as the KMS key. Check the options.',
    ),
  ],

  // Parameter Store
  ['HierarchyLevelLimitExceededException', meaning('invalid_argument', 'the name has more than 15 levels.')],
  [
    'HierarchyTypeMismatchException',
    meaning(
      'conflict',
      'the parameter has another type than SecureString, which cannot be changed. Delete it first.',
    ),
  ],
  ['IncompatiblePolicyException', policy],
  ['InvalidPolicyAttributeException', policy],
  ['InvalidPolicyTypeException', policy],
  ['PoliciesLimitExceededException', policy],
  ['InternalServerError', failed],
  ['InvalidAllowedPatternException', malformed],
  ['InvalidFilterKey', malformed],
  ['InvalidFilterOption', malformed],
  ['InvalidFilterValue', malformed],
  ['InvalidKeyId', badKey],
  ['InvalidNextToken', staleCursor],
  ['ParameterAlreadyExists', meaning('conflict', 'the parameter exists. Read it first.')],
  ['ParameterLimitExceeded', quota],
  [
    'ParameterMaxVersionLimitExceeded',
    meaning(
      'quota_exceeded',
      'the oldest of its 100 versions has a label, so no version can be added. Move the label.',
    ),
  ],
  ['ParameterNotFound', meaning('invalid_argument', 'there is no such parameter.')],
  ['ParameterVersionNotFound', meaning('invalid_argument', 'the parameter has no such version.')],
  [
    'ParameterPatternMismatchException',
    meaning(
      'invalid_argument',
      "the value does not match the parameter's allowed pattern. Write another value.",
    ),
  ],
  ['TooManyUpdates', meaning('rate_limited', 'the parameter is written too often. Write it less.')],
  ['UnsupportedParameterType', malformed],

  // The SDK, and the service that gives it credentials
  ['CredentialsProviderError', noCredentials],
  ['TokenProviderError', noCredentials],
  ['IDPRejectedClaim', badCredentials],
  ['IDPRejectedClaimException', badCredentials],
  ['InvalidIdentityToken', badCredentials],
  ['InvalidIdentityTokenException', badCredentials],
  ['IDPCommunicationError', failed],
  ['IDPCommunicationErrorException', failed],
  ['TimeoutError', timedOut],
]);

/** The meaning of a status, where the body names no error that is listed: a status may come from any proxy. */
const byStatus: Readonly<Record<number, Meaning>> = {
  400: malformed,
  401: badCredentials,
  403: denied,
  404: unreadable,
  408: timedOut,
  409: meaning('conflict', 'the request conflicts with another one. Read the secret before you try again.'),
  413: malformed,
  424: failed,
  429: throttled,
};

const unreachable = meaning(
  'unavailable',
  'AWS cannot be reached. Check the network, the region and the endpoint.',
);
const misshapen = meaning(
  'invalid_data',
  'the response has another shape than that of AWS. Check the endpoint.',
);
const unlisted = meaning(
  'unknown',
  'the client failed in a way that is not in the table of errors. Search for the request id in CloudTrail.',
);

/** As AWS makes them. A proxy may write anything in its place. */
const requestIdForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Returns the failure of a client: by its name first, its status second. It keeps a listed name, and never a message. */
export function awsError(error: unknown): SecretError {
  const { name, code, status, requestId } = factsOf(error);
  const isListed = byName.has(name);
  const { code: secretCode, problem } = meaningOf(name, code, status);
  return new SecretError(secretCode, status === undefined ? problem : `HTTP ${status}: ${problem}`, {
    details: {
      ...(status !== undefined && { status }),
      ...(typeof requestId === 'string' && requestIdForm.test(requestId) && { requestId }),
      ...(isListed ? { vendorCode: name as string } : code !== undefined && { vendorCode: code }),
    },
  });
}

/** Whether a failure has one of these names of AWS. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  const { vendorCode } = (error as Partial<SecretError> | undefined)?.details ?? {};
  return vendorCode !== undefined && names.includes(vendorCode);
}

/** Returns what a name of AWS means; `undefined` for one that is not listed. */
export function meaningOfName(name: unknown): Meaning | undefined {
  return byName.get(name);
}

/** Returns the error of one secret in the answer for a batch, which has a name and no status. */
export function itemError(name: unknown): SecretError {
  return awsError({ name });
}

function meaningOf(name: unknown, code: string | undefined, status: number | undefined): Meaning {
  if (code !== undefined) return unreachable; // the SDK names a reset TimeoutError
  const named = byName.get(name);
  if (named) return named;
  if (name === 'SyntaxError' && status !== 429) return unreadable; // a page, of a proxy: AWS answers with JSON
  if (status === undefined) return unlisted;
  if (status >= 200 && status < 300) return misshapen;
  if (status >= 300 && status < 400) return unreadable;
  return status >= 500 ? failed : (byStatus[status] ?? unlisted);
}

interface Facts {
  readonly name?: unknown;
  readonly code?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: unknown;
}

/** Reads what is safe of an error, which may be anything, and may throw when it is read. */
function factsOf(error: unknown): Facts {
  try {
    const { name, $metadata } = Object(error) as {
      readonly name?: unknown;
      readonly $metadata?: { readonly httpStatusCode?: unknown; readonly requestId?: unknown };
    };
    const status = $metadata?.httpStatusCode;
    return {
      name,
      code: networkCode(error),
      status: Number.isInteger(status) ? (status as number) : undefined, // it was checked
      requestId: $metadata?.requestId,
    };
  } catch {
    return {};
  }
}

function meaning(code: SecretErrorCode, problem: string): Meaning {
  return { code, problem };
}
