import { expect, test } from 'vitest';
import { checkFault, faultKinds } from './check-fault.js';

test.each([
  { name: 'no object', fault: 'reset', message: /must be an object/ },
  { name: 'null', fault: null, message: /must be an object/ },
  { name: 'an unknown kind', fault: { kind: 'explode' }, message: /must be one of rateLimit, / },
  { name: 'a kind that objects have', fault: { kind: 'constructor' }, message: /must be one of/ },
  { name: 'no kind', fault: {}, message: /must be one of/ },
  {
    name: 'an unknown field',
    fault: { kind: 'reset', tims: 2 },
    message: /a reset fault: unknown option "tims"; the options are kind, .*times/,
  },
  {
    name: 'a field of another kind',
    fault: { kind: 'cutBody', executed: true },
    message: /a cutBody fault: unknown option "executed"/,
  },
  { name: 'zero times', fault: { kind: 'reset', times: 0 }, message: /times/ },
  { name: 'half a time', fault: { kind: 'reset', times: 0.5 }, message: /times/ },
  {
    name: 'an unknown operation',
    fault: { kind: 'reset', operation: 'deleteWhere' },
    message: /one of "create", "list", "find", "delete"/,
  },
  { name: 'a status that is none', fault: { kind: 'reply', status: 99 }, message: /200 to 599/ },
  { name: 'a reply without a status', fault: { kind: 'reply' }, message: /needs status/ },
  { name: 'a delay without a time', fault: { kind: 'delay' }, message: /needs delayMs/ },
  {
    name: 'a delay that is too long for a timer',
    fault: { kind: 'delay', delayMs: 2 ** 31 },
    message: /delayMs/,
  },
  { name: 'a redirect to nowhere', fault: { kind: 'redirect' }, message: /needs location/ },
  {
    name: 'a location with a line break',
    fault: { kind: 'redirect', location: 'a\r\nx: y' },
    message: /location/,
  },
  {
    name: 'a header with a line break',
    fault: { kind: 'reply', status: 200, headers: { a: 'b\nc' } },
    message: /headers/,
  },
  {
    name: 'a header name with a space',
    fault: { kind: 'reply', status: 200, headers: { 'a b': 'c' } },
    message: /headers/,
  },
  {
    name: 'a reason that Stripe does not give',
    fault: { kind: 'rateLimit', reason: 'x' },
    message: /global-rate/,
  },
  {
    name: 'a saved response of a proxy',
    fault: { kind: 'html', saved: true },
    message: /unknown option "saved"/,
  },
  { name: 'a fault that waits for text', fault: { kind: 'html', delayMs: 'x' }, message: /delayMs/ },
  { name: 'a scalar that is a list', fault: { kind: 'scalar', value: [] }, message: /value/ },
  {
    name: 'no bytes in a chunk',
    fault: { kind: 'drip', intervalMs: 1, bytesPerChunk: 0 },
    message: /bytesPerChunk/,
  },
])('$name is refused', ({ fault, message }) => {
  expect(() => checkFault(fault)).toThrow(TypeError);
  expect(() => checkFault(fault)).toThrow(message);
});

test('every kind is accepted with what it needs', () => {
  const needs = new Map<string, object>([
    ['reply', { status: 200 }],
    ['redirect', { location: '/' }],
    ['scalar', { value: null }],
    ['delay', { delayMs: 0 }],
    ['drip', { intervalMs: 0 }],
  ]);
  for (const kind of faultKinds) expect(checkFault({ kind, ...needs.get(kind) })).toMatchObject({ kind });
});
