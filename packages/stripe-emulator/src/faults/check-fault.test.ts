import { expect, test } from 'vitest';
import { checkFault, faultKinds } from './check-fault.js';

test.each([
  { name: 'a string', fault: 'canary', message: /fault .* string/ },
  { name: 'null', fault: null, message: /fault .* null/ },
  { name: 'an unknown kind', fault: { kind: 'canary' }, message: /kind .* rateLimited, / },
  { name: 'a kind named like a method', fault: { kind: 'constructor' }, message: /kind / },
  { name: 'a missing kind', fault: {}, message: /kind .* undefined/ },
  {
    name: 'an unknown option',
    fault: { kind: 'reset', tims: 2 },
    message: /reset.* unknown option "tims".* kind, .*times/,
  },
  {
    name: 'an option of another kind',
    fault: { kind: 'cutBody', executed: true },
    message: /cutBody.* unknown option "executed"/,
  },
  { name: 'times of 0', fault: { kind: 'reset', times: 0 }, message: /times .* 0/ },
  { name: 'times with a fraction', fault: { kind: 'reset', times: 0.5 }, message: /times .* 0\.5/ },
  {
    name: 'an unknown operation',
    fault: { kind: 'reset', operation: 'canary' },
    message: /operation .*"create", "list", "find", "delete"/,
  },
  { name: 'a status out of range', fault: { kind: 'reply', status: 99 }, message: /status .* 99/ },
  { name: 'a reply without a status', fault: { kind: 'reply' }, message: /status .* undefined/ },
  { name: 'a delay without delayMs', fault: { kind: 'delay' }, message: /delayMs .* undefined/ },
  {
    name: 'a delay that is too long for a timer',
    fault: { kind: 'delay', delayMs: 2 ** 31 },
    message: /delayMs/,
  },
  { name: 'a redirect without a location', fault: { kind: 'redirect' }, message: /location .* undefined/ },
  {
    name: 'a location with a line break',
    fault: { kind: 'redirect', location: 'canary\r\nx: y' },
    message: /location/,
  },
  {
    name: 'a header with a line break',
    fault: { kind: 'reply', status: 200, headers: { a: 'canary\nc' } },
    message: /headers/,
  },
  {
    name: 'a header name with a space',
    fault: { kind: 'reply', status: 200, headers: { 'a b': 'canary' } },
    message: /headers/,
  },
  {
    name: 'an unknown reason',
    fault: { kind: 'rateLimited', reason: 'canary' },
    message: /reason .*global-rate/,
  },
  {
    name: 'saved for the response of a proxy',
    fault: { kind: 'html', saved: true },
    message: /unknown option "saved"/,
  },
  {
    name: 'a delay that is a string',
    fault: { kind: 'html', delayMs: 'canary' },
    message: /delayMs .* string/,
  },
  {
    name: 'a scalar that is an array',
    fault: { kind: 'scalar', value: ['canary'] },
    message: /value .* array/,
  },
  {
    name: 'executed as a string',
    fault: { kind: 'html', executed: 'canary' },
    message: /executed .* string/,
  },
  {
    name: 'chunks of 0 bytes',
    fault: { kind: 'drip', intervalMs: 1, bytesPerChunk: 0 },
    message: /bytesPerChunk/,
  },
])('a TypeError for $name', ({ fault, message }) => {
  expect(() => checkFault(fault)).toThrow(TypeError);
  expect(() => checkFault(fault)).toThrow(message);
  expect(() => checkFault(fault)).not.toThrow('canary');
});

test('every kind is accepted with its required options', () => {
  const requiredOptions = new Map<string, object>([
    ['reply', { status: 200 }],
    ['redirect', { location: '/' }],
    ['scalar', { value: null }],
    ['delay', { delayMs: 0 }],
    ['drip', { intervalMs: 0 }],
  ]);
  for (const kind of faultKinds)
    expect(checkFault({ kind, ...requiredOptions.get(kind) })).toMatchObject({ kind });
});
