import { error, json, secretResponse } from '../responses.js';
import { type Fault, fails, serving } from './fault.js';

const unknownToSdk = fails('unknown', undefined, { anonymous: true });

/** The response is JSON, but not the requested object. */
export const unexpectedJson: readonly Fault[] = [
  ...(
    [
      [404, { message: 'Not Found' }, 'unavailable'],
      [403, {}, 'permission_denied'],
      [500, { message: 'boom' }, 'unavailable'],
    ] as const
  ).map(([status, body, code]) => ({
    name: `${status} \`${JSON.stringify(body)}\`: JSON without an error`,
    serve: serving(json(status, body)),
    outcomes: fails(code, status),
  })),
  {
    name: '200 with an API error',
    serve: serving(error(200, { type: 'api_error' })),
    outcomes: fails('invalid_data', 200),
  },
  {
    name: '200 `{"error":"invalid_grant"}`',
    serve: serving(json(200, { error: 'invalid_grant' })),
    outcomes: fails('invalid_data', 200),
  },
  {
    name: '200 `{"error":5}`',
    serve: serving(json(200, { error: 5 })),
    outcomes: fails('invalid_data', 200),
    node: unknownToSdk,
    fetch: unknownToSdk,
  },
  {
    name: '200 `null`',
    serve: serving(json(200, null)),
    outcomes: fails('invalid_data', 200),
    node: unknownToSdk,
    fetch: unknownToSdk,
  },
  ...[123, 'text', true].map(
    (scalar): Fault => ({
      name: `200 \`${JSON.stringify(scalar)}\``,
      serve: serving(json(200, scalar)),
      outcomes: fails('invalid_data', 200),
      node: 'pending',
      fetch: 'pending',
      unhandled: true,
    }),
  ),
  {
    name: '403 `5`',
    serve: serving(json(403, 5)),
    outcomes: fails('permission_denied', 403),
    node: 'pending',
    fetch: 'pending',
    unhandled: true,
  },
  { name: '200 `[]`', serve: serving(json(200, [])), outcomes: fails('invalid_data', 200) },
  {
    name: '200 with another object, such as a customer',
    serve: serving(json(200, { object: 'customer', id: 'cus_1' })),
    outcomes: fails('invalid_data', 200),
  },
  {
    name: '200 with a list whose data is not an array',
    serve: serving(json(200, { object: 'list', has_more: false, data: 'none' })),
    outcomes: fails('invalid_data', 200),
  },
  {
    name: '200 with an empty list that has more',
    serve: serving(json(200, { object: 'list', has_more: true, data: [] })),
    outcomes: fails('invalid_data', 200),
  },
  ...[undefined, null, ''].map(
    (payload): Fault => ({
      name: `a secret ${payload === undefined ? 'without a payload' : `with the payload \`${JSON.stringify(payload)}\``}`,
      serve: serving(secretResponse({ payload })),
      outcomes: { get: fails('invalid_data', 200), getMany: fails('invalid_data', 200), others: 'success' },
    }),
  ),
  {
    name: 'a secret with another name',
    serve: serving(secretResponse({ name: 'other' })),
    outcomes: {
      get: fails('invalid_data', 200),
      getMany: 'missing',
      set: fails('invalid_data', 200),
      others: 'success',
    },
  },
  {
    name: 'a secret of another scope',
    serve: serving(secretResponse({ scope: { type: 'user', user: 'usr_other' } })),
    outcomes: { delete: 'success', others: fails('invalid_data', 200) },
  },
];
