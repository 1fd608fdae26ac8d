import { afterEach, beforeEach, expect, it } from 'vitest';
import { sdk, unregister } from '../../test/sdk.js';
import { type RotationStep, traceRotation } from './index.js';

let otel: ReturnType<typeof sdk>;

beforeEach(() => {
  otel = sdk();
  otel.register();
});
afterEach(unregister);

const of = { client: 'pg', generation: 2, version: 'v2' };

it.each<[string, RotationStep, string | undefined]>([
  ['a new credential', { ...of, kind: 'rotating' }, undefined],
  ['a swap', { ...of, kind: 'swapped', verified: true }, 'verified'],
  ['a swap to an unverified credential', { ...of, kind: 'swapped', verified: false }, 'unverified'],
  ['a drain', { ...of, kind: 'drained', inUse: 0 }, 'unused'],
  ['a drain that took too long', { ...of, kind: 'drained', inUse: 3 }, 'in_use'],
  ['a refused credential', { ...of, kind: 'kept-old', reason: 'refused' }, 'refused'],
])('counts %s without its version, and makes a span with it', async (_, step, result) => {
  traceRotation(step);
  traceRotation(step);
  const shown = {
    'secretkit.rotation.event': step.kind,
    'secretkit.rotation.client': 'pg',
    ...(result !== undefined && { 'secretkit.rotation.result': result }),
  };
  const [[name, series]] = [...(await otel.metrics())] as [[string, readonly object[]]];
  expect([name, series]).toEqual([
    'secretkit.rotation.events',
    [expect.objectContaining({ attributes: shown, value: 2 })],
  ]);
  expect(otel.spans().map((span) => [span.name, span.attributes])).toEqual(
    Array.from({ length: 2 }, () => [
      `secretkit.rotation ${step.kind}`,
      {
        ...shown,
        'secretkit.rotation.generation': 2,
        'secretkit.secret.version': 'v2',
        ...(step.inUse !== undefined && { 'secretkit.rotation.in_use': step.inUse }),
      },
    ]),
  );
});

it('does nothing without an SDK', () => {
  unregister();
  expect(() => traceRotation({ kind: 'rotating', client: 'pg', generation: 1 })).not.toThrow();
});
