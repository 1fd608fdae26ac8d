import { errorRules, type SecretErrorCode } from '@secretkit/core/provider';
import { answer, cut, drip, error, html, huge, json, mangled, name, packed, text } from '../responses.js';
import {
  type Act,
  nobody,
  nowhere,
  type Place,
  redirecting,
  serve,
  serveConnections,
  serveUntrusted,
} from '../test-server.js';

/** The ways to ask. A batch asks for two names; the first is looked at. */
export type Asking = 'get' | 'getMany' | 'list' | 'set' | 'delete';

/** How a call ends: with an error, with an answer, with no such secret, or not before it is aborted. */
export type Ending = Failing | 'answered' | 'missing' | 'never';

/** An error, and what it tells. */
export interface Failing {
  readonly code: SecretErrorCode;
  readonly retryable: boolean;
  readonly status?: number;
  readonly vendorCode?: string;
  readonly retryAfterMs?: number;
  /** Is there no request id to tell? */
  readonly anonymous?: true;
}

/** One ending for all calls, or one for some and another for the others. */
export type Endings = Ending | (Readonly<Partial<Record<Asking, Ending>>> & { readonly others: Ending });

/** One way in which calls go wrong. */
export interface Fault {
  /** What happens, in the words of the README. */
  readonly what: string;
  readonly place: () => Promise<Place>;
  /** With a client of `createStripeClient`, and with every other where nothing else is said. */
  readonly ends: Endings;
  /** With a Stripe instance that has stripe-node's HTTP client for Node. */
  readonly node?: Endings;
  /** With one that has its client over fetch. */
  readonly fetch?: Endings;
  /** With those of older versions, up to a major. */
  readonly until?: { readonly major: number; readonly node?: Endings; readonly fetch?: Endings };
  /** What else the README says of such an instance. */
  readonly note?: string;
  /** Does stripe-node's HTTP client for Node try again, once, although retries are off? */
  readonly triedAgain?: true;
  /** Does stripe-node lose the status, since it cannot read the body? */
  readonly statusLost?: true;
  /** Does stripe-node leave a rejection that nobody handles? */
  readonly unhandled?: true;
  /** Does it last until the time-out? Of so many milliseconds. */
  readonly slowMs?: number;
  /** The same, as small as it shows a difference, for instances that read it to its end. */
  readonly smallPlace?: () => Promise<Place>;
}

const served = (act: Act) => (): Promise<Place> => serve(act);

function fails(code: SecretErrorCode, status?: number, more: Partial<Failing> = {}): Failing {
  return { code, retryable: errorRules[code].retryable, ...(status !== undefined && { status }), ...more };
}

const final = { retryable: false } as const;
const unnamed = { anonymous: true } as const;

/** Stripe says what is wrong. */
const ofStripe: readonly Fault[] = [
  {
    what: '429 `rate_limit`',
    place: served(error(429, { code: 'rate_limit' }, { 'stripe-rate-limited-reason': 'endpoint-rate' })),
    ends: fails('rate_limited', 429, { vendorCode: 'rate_limit' }),
  },
  {
    what: '429 with `Retry-After: 3`',
    place: served(error(429, { code: 'rate_limit' }, { 'retry-after': '3' })),
    ends: fails('rate_limited', 429, { vendorCode: 'rate_limit', retryAfterMs: 3_000 }),
  },
  {
    what: '429 `lock_timeout` with `Stripe-Should-Retry: true`',
    place: served(error(429, { code: 'lock_timeout' }, { 'stripe-should-retry': 'true' })),
    ends: fails('rate_limited', 429, { vendorCode: 'lock_timeout' }),
  },
  {
    what: '429 with `Stripe-Should-Retry: false`',
    place: served(error(429, {}, { 'stripe-should-retry': 'false' })),
    ends: fails('rate_limited', 429, final),
  },
  {
    what: '400 `lock_timeout`: a throttle under another status',
    place: served(error(400, { code: 'lock_timeout' })),
    ends: fails('rate_limited', 400, { vendorCode: 'lock_timeout' }),
  },
  {
    what: '400 with `Stripe-Rate-Limited-Reason`',
    place: served(error(400, {}, { 'stripe-rate-limited-reason': 'global-rate' })),
    ends: fails('rate_limited', 400),
  },
  ...[500, 502, 503, 504].map((status) => ({
    what: `${status}`,
    place: served(error(status, { type: 'api_error' })),
    ends: fails('unavailable', status),
  })),
  {
    what: '500 with `Stripe-Should-Retry: false`',
    place: served(error(500, { type: 'api_error' }, { 'stripe-should-retry': 'false' })),
    ends: fails('unavailable', 500, final),
  },
  {
    what: '500 with `Idempotent-Replayed: true`',
    place: served(error(500, { type: 'api_error' }, { 'idempotent-replayed': 'true' })),
    ends: fails('unavailable', 500, final),
  },
  {
    what: '424',
    place: served(error(424, { type: 'api_error' })),
    ends: fails('unavailable', 424),
  },
  {
    what: '409 `idempotency_key_in_use`',
    place: served(error(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' })),
    ends: fails('unavailable', 409, { vendorCode: 'idempotency_key_in_use' }),
  },
  { what: 'another 409', place: served(error(409, {})), ends: fails('conflict', 409) },
  {
    what: '400 `idempotency_error`: the key was used for something else',
    place: served(error(400, { type: 'idempotency_error' })),
    ends: fails('conflict', 400),
  },
  {
    what: 'another 400, such as `parameter_invalid_empty`',
    place: served(error(400, { code: 'parameter_invalid_empty', param: 'payload' })),
    ends: fails('invalid_argument', 400, { vendorCode: 'parameter_invalid_empty' }),
  },
  {
    what: '404 `resource_missing` for the name',
    place: served(error(404, { code: 'resource_missing', message: `No such secret: '${name}'` })),
    ends: {
      get: 'missing',
      delete: 'answered',
      others: fails('unavailable', 404, { vendorCode: 'resource_missing' }),
    },
  },
  {
    what: '404 `resource_missing` for anything else',
    place: served(
      error(404, { code: 'resource_missing', param: 'scope[user]', message: "No such user: 'usr_1'" }),
    ),
    ends: fails('unavailable', 404, { vendorCode: 'resource_missing' }),
  },
  { what: '404 without a code', place: served(error(404, {})), ends: fails('unavailable', 404) },
  { what: '401', place: served(error(401, {})), ends: fails('unauthenticated', 401) },
  {
    what: '401 `api_key_expired`',
    place: served(error(401, { code: 'api_key_expired' })),
    ends: fails('unauthenticated', 401, { vendorCode: 'api_key_expired' }),
  },
  { what: '403', place: served(error(403, {})), ends: fails('permission_denied', 403) },
  {
    what: '403 `more_permissions_required_for_application`',
    place: served(error(403, { code: 'more_permissions_required_for_application' })),
    ends: fails('permission_denied', 403, { vendorCode: 'more_permissions_required_for_application' }),
  },
  ...[400, 401, 403].map((status) => ({
    what: `${status} \`account_invalid\``,
    place: served(error(status, { code: 'account_invalid' })),
    ends: fails('permission_denied', status, { vendorCode: 'account_invalid' }),
  })),
  { what: '402', place: served(error(402, { type: 'card_error' })), ends: fails('unknown', 402) },
  { what: '418, or whatever else', place: served(error(418, {})), ends: fails('unknown', 418) },
];

/** JSON comes that is not what was asked for. */
const otherJson: readonly Fault[] = [
  ...(
    [
      [404, { message: 'Not Found' }, 'unavailable'],
      [403, {}, 'permission_denied'],
      [500, { message: 'boom' }, 'unavailable'],
    ] as const
  ).map(([status, body, code]) => ({
    what: `${status} \`${JSON.stringify(body)}\`: JSON without an error`,
    place: served(json(status, body)),
    ends: fails(code, status),
  })),
  {
    what: '200 with an error of the API',
    place: served(error(200, { type: 'api_error' })),
    ends: fails('invalid_data', 200),
  },
  {
    what: '200 `{"error":"invalid_grant"}`',
    place: served(json(200, { error: 'invalid_grant' })),
    ends: fails('invalid_data', 200),
  },
  {
    what: '200 `{"error":5}`',
    place: served(json(200, { error: 5 })),
    ends: fails('invalid_data', 200),
    node: fails('unknown', undefined, unnamed),
    fetch: fails('unknown', undefined, unnamed),
  },
  {
    what: '200 `null`',
    place: served(json(200, null)),
    ends: fails('invalid_data', 200),
    node: fails('unknown', undefined, unnamed),
    fetch: fails('unknown', undefined, unnamed),
  },
  ...[123, 'text', true].map(
    (scalar): Fault => ({
      what: `200 \`${JSON.stringify(scalar)}\``,
      place: served(json(200, scalar)),
      ends: fails('invalid_data', 200),
      node: 'never',
      fetch: 'never',
      unhandled: true,
    }),
  ),
  {
    what: '403 `5`',
    place: served(json(403, 5)),
    ends: fails('permission_denied', 403),
    node: 'never',
    fetch: 'never',
    unhandled: true,
  },
  { what: '200 `[]`', place: served(json(200, [])), ends: fails('invalid_data', 200) },
  {
    what: '200 with another object, such as a customer',
    place: served(json(200, { object: 'customer', id: 'cus_1' })),
    ends: fails('invalid_data', 200),
  },
  {
    what: '200 with a list of nothing that is a secret',
    place: served(json(200, { object: 'list', has_more: false, data: 'none' })),
    ends: fails('invalid_data', 200),
  },
  ...[undefined, null, ''].map(
    (payload): Fault => ({
      what: `a secret ${payload === undefined ? 'without payload' : `whose payload is \`${JSON.stringify(payload)}\``}`,
      place: served(answer({ payload })),
      ends: { get: fails('invalid_data', 200), getMany: fails('invalid_data', 200), others: 'answered' },
    }),
  ),
  {
    what: 'a secret of another name',
    place: served(answer({ name: 'other' })),
    ends: {
      get: fails('invalid_data', 200),
      getMany: 'missing',
      set: fails('invalid_data', 200),
      others: 'answered',
    },
  },
  {
    what: 'a secret of another scope',
    place: served(answer({ scope: { type: 'user', user: 'usr_other' } })),
    ends: { delete: 'answered', others: fails('invalid_data', 200) },
  },
];

/** What comes is no JSON, or is not for us. */
const unreadable: readonly Fault[] = [
  ...[
    [503, 'a page of an overloaded proxy'],
    [502, 'a page of a proxy without a backend'],
    [403, 'a page of a firewall'],
    [200, 'a page of a captive portal'],
  ].map(
    ([status, page]): Fault => ({
      what: `${status} HTML: ${page}`,
      place: served(html(Number(status))),
      ends: fails('unavailable', Number(status)),
      statusLost: true,
    }),
  ),
  {
    what: '200, cut in the middle of the JSON',
    place: served(mangled((body, response) => text(200, body.slice(0, -1))(response.req, response))),
    ends: fails('unavailable', 200),
    statusLost: true,
  },
  { what: '200, empty', place: served(text(200, '')), ends: fails('unavailable', 200), statusLost: true },
  { what: '204', place: served(text(204, '')), ends: fails('unavailable', 204), statusLost: true },
  {
    what: '50 MB',
    place: served(huge(50)),
    smallPlace: served(huge(2)),
    ends: fails('unavailable', 200),
    node: fails('invalid_data', 200),
    fetch: fails('invalid_data', 200),
    note: 'read to the end',
  },
  {
    what: '50 MB, packed into 50 kB',
    place: served(packed(50)),
    smallPlace: served(packed(2)),
    ends: fails('unavailable', 200),
    fetch: fails('invalid_data', 200),
    note: 'read to the end',
    statusLost: true,
  },
  {
    what: 'a 302 to another origin',
    place: () => redirecting(302, answer()),
    ends: fails('unavailable', 302),
    fetch: { set: fails('invalid_data', 200), others: 'answered' },
    note: 'followed',
    statusLost: true,
  },
  {
    what: 'a 307 to another origin',
    place: () => redirecting(307, answer()),
    ends: fails('unavailable', 307),
    fetch: 'answered',
    note: 'followed, and a write is made there with its value',
    statusLost: true,
  },
];

const broken = { ends: fails('unavailable', undefined, unnamed) };

/** The connection fails. */
const connections: readonly Fault[] = [
  {
    what: '407: a proxy wants a password',
    place: served(text(407, '<html></html>')), // fetch does not hand it on
    ...broken,
    node: fails('unavailable'),
  },
  { what: 'no such host', place: nobody, ...broken },
  { what: 'the connection is refused', place: nowhere, ...broken },
  { what: 'TLS: an untrusted certificate', place: () => serveUntrusted(answer()), ...broken },
  {
    what: 'TLS: a server that speaks none',
    place: () =>
      serveConnections((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n')), 'https'),
    ...broken,
  },
  {
    what: 'what answers is no HTTP',
    place: () => serveConnections((socket) => socket.once('data', () => socket.end('nonsense\r\n\r\n'))),
    ...broken,
  },
  {
    what: 'headers of 100 kB',
    place: served(text(200, '{}', { 'x-long': 'x'.repeat(100_000) })),
    ...broken,
  },
  {
    what: 'the connection is reset before an answer',
    place: served((_, { socket }) => socket?.resetAndDestroy()),
    ...broken,
    triedAgain: true,
  },
  {
    what: 'the connection is closed before an answer',
    place: served((_, { socket }) => socket?.end()),
    ...broken,
    triedAgain: true,
  },
  {
    what: 'the connection is reset, and the next one is not',
    place: () => serve(onceReset(answer())),
    ...broken,
    node: 'answered',
    triedAgain: true,
  },
  ...(['content-length', 'chunked'] as const).map(
    (kind): Fault => ({
      what: `the body breaks off (${kind})`,
      place: served(cut(kind)),
      ends: fails('unavailable', 200),
      until: { major: 21, node: 'never' },
      statusLost: true,
    }),
  ),
];

/** Nothing comes in time. */
const delays: readonly Fault[] = [
  { what: 'no answer', place: served(() => undefined) },
  {
    what: 'a TLS handshake without an end',
    place: () => serveConnections((socket) => socket.resume(), 'https'),
  },
  {
    what: 'headers, and no body',
    place: served((_, response) => response.writeHead(200, { 'content-length': 9 }).flushHeaders()),
    slowMs: 600,
    until: { major: 21, node: 'never', fetch: 'never' } as const,
  },
  {
    what: 'a byte now and then',
    place: served(drip(50, 24)),
    slowMs: 600,
    node: 'answered' as const,
    until: { major: 21, fetch: 'answered' } as const,
  },
].map((fault) => ({ ends: fails('timeout'), slowMs: 150, ...fault }));

function onceReset(act: Act): Act {
  const met = new Set<string>();
  return (request, response) => {
    const call = `${request.method} ${request.url}`;
    if (met.has(call)) act(request, response);
    else response.socket?.resetAndDestroy();
    met.add(call);
  };
}

/** The table that the tests run and the README shows. */
export const faults: readonly Fault[] = [...ofStripe, ...otherJson, ...unreadable, ...connections, ...delays];

/** What is expected of a client. */
export function endingOf(
  { ends, until, statusLost, ...fault }: Fault,
  asking: Asking,
  { http, major }: { readonly http: 'hardened' | 'node' | 'fetch'; readonly major: number },
): Ending {
  const at = (endings: Endings): Ending =>
    typeof endings === 'object' && 'others' in endings ? (endings[asking] ?? endings.others) : endings;
  if (http === 'hardened') return at(ends);
  const own = (until && major <= until.major ? until[http] : undefined) ?? fault[http];
  if (own !== undefined) return at(own);
  const ending = at(ends);
  if (!statusLost || typeof ending === 'string') return ending;
  const { code, retryable, vendorCode } = ending;
  return { code, retryable, ...(vendorCode !== undefined && { vendorCode }) };
}
