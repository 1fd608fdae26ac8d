import type { SecretErrorCode } from '@secretkit/core/provider';

/** An answer of the server, and what it means for an operation of the provider on version 2 of the engine. */
export interface FaultRow {
  readonly operation: 'get' | 'getVersion' | 'set' | 'compareAndSet' | 'delete' | 'list' | 'listVersions';
  readonly answer: string;
  readonly status: number;
  readonly body: object;
  /** `missing`: there is no such secret, or no name. `done`: the operation resolves. */
  readonly expected: SecretErrorCode | 'missing' | 'done';
  /** Where the answer is from: a server of OpenBao 2.7 that gave it, or what is published about Vault and proxies. */
  readonly seenOn: 'OpenBao' | 'publications';
  readonly retryable?: boolean;
}

const nothing = { errors: [] };
const deleted = {
  data: { data: null, metadata: { version: 3, deletion_time: '2026-01-01T00:00:00Z', destroyed: false } },
};
const destroyed = { data: { data: null, metadata: { version: 3, deletion_time: '', destroyed: true } } };
const noMount = { errors: ['no handler for route "CANARY/data/x". route entry not found.'] };
const noNamespace = { errors: ['namespace not found'] };
const wrongEngine = { data: null, warnings: ['Invalid path for a versioned K/V secrets engine. See CANARY'] };
const denied = { errors: ['1 error occurred:\n\t* permission denied\n\n'] };
const dead = { errors: ['permission denied'] };
const deadOnVault = { errors: ['2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n'] };
const text = { errors: ['CANARY-not-a-real-secret'] };

const reads = ['get', 'getVersion', 'list', 'listVersions'] as const;
const writes = ['set', 'compareAndSet', 'delete'] as const;
const all = [...reads, ...writes] as const;

export const faultTable: readonly FaultRow[] = [
  ...rows(reads, 'an empty list of errors', 404, nothing, 'missing', 'OpenBao'),
  ...rows(['get', 'getVersion'], 'a deleted version', 404, deleted, 'missing', 'OpenBao'),
  ...rows(['get', 'getVersion'], 'a destroyed version', 404, destroyed, 'missing', 'OpenBao'),
  ...rows(['delete'], 'an empty list of errors, to a delete', 404, nothing, 'done', 'OpenBao'),
  ...rows(all, 'no mount', 404, noMount, 'unavailable', 'OpenBao', false),
  ...rows(all, 'no namespace', 404, noNamespace, 'unavailable', 'OpenBao', false),
  ...rows(all, 'a path of version 1 on version 2', 404, wrongEngine, 'unavailable', 'OpenBao', false),
  ...rows(all, 'an unknown text', 404, text, 'unavailable', 'publications', false),
  ...rows(all, 'no object', 404, [], 'unavailable', 'publications', false),
  ...rows(all, 'a denied path', 403, denied, 'permission_denied', 'OpenBao'),
  ...rows(all, 'a dead token', 403, dead, 'unauthenticated', 'OpenBao'),
  ...rows(all, 'a dead token, as Vault says it', 403, deadOnVault, 'unauthenticated', 'publications'),
  ...rows(
    writes.slice(0, 2),
    'another version',
    400,
    errors('check-and-set parameter did not match the current version'),
    'conflict',
    'OpenBao',
  ),
  ...rows(
    ['set'],
    'a write without a version',
    400,
    errors('check-and-set parameter required for this call'),
    'invalid_argument',
    'OpenBao',
  ),
  ...rows(all, 'an unknown text', 400, text, 'invalid_argument', 'OpenBao'),
  ...rows(
    all,
    'an upgrade of the engine',
    400,
    errors(
      'Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period',
    ),
    'unavailable',
    'publications',
    true,
  ),
  ...rows(all, 'a shutdown', 400, errors('failed to read: context canceled'), 'unavailable', 'OpenBao', true),
  ...rows(
    all,
    'an operation that the engine lacks',
    405,
    errors('1 error occurred:\n\t* unsupported operation\n\n'),
    'invalid_argument',
    'publications',
  ),
  ...rows(all, 'a replica that lags behind', 412, text, 'unavailable', 'publications', true),
  ...rows(['set', 'compareAndSet'], 'a request that is too large', 413, text, 'invalid_argument', 'OpenBao'),
  ...rows(all, 'a quota', 429, text, 'rate_limited', 'OpenBao', true),
  ...rows(
    all,
    'no active node',
    500,
    errors('local node not active but active cluster node not found'),
    'unavailable',
    'OpenBao',
    true,
  ),
  ...rows(
    ['set', 'compareAndSet'],
    'a value that is too large',
    500,
    errors('put failed due to value being too large; max size is 1048576'),
    'invalid_argument',
    'OpenBao',
  ),
  ...rows(all, 'a failed request', 502, text, 'unavailable', 'publications', true),
  ...rows(all, 'a sealed server', 503, errors('Vault is sealed'), 'unavailable', 'OpenBao', true),
  ...rows(all, 'a status of tomorrow', 418, text, 'unknown', 'publications'),
];

function errors(message: string): object {
  return { errors: [message] };
}

function rows(
  operations: readonly FaultRow['operation'][],
  answer: string,
  status: number,
  body: object,
  expected: FaultRow['expected'],
  seenOn: FaultRow['seenOn'],
  retryable?: boolean,
): readonly FaultRow[] {
  return operations.map((operation) => ({
    operation,
    answer,
    status,
    body,
    expected,
    seenOn,
    ...(retryable !== undefined && { retryable }),
  }));
}
