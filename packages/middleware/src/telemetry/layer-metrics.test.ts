import { compose, createSecrets } from '@secretkit/core';
import type { Layer } from '@secretkit/core/middleware';
import { seal } from '@secretkit/core/provider';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, heldBackend, outcome } from '../../test/held-backend.js';
import { sdk, unregister } from '../../test/sdk.js';
import { cache } from '../cache/index.js';
import { circuitBreaker, consecutiveFailures } from '../circuit-breaker/index.js';
import { fallback } from '../fallback/index.js';
import { layerKind } from '../shared/layer-kind.js';
import { telemetry } from './index.js';
import { createReadings } from './readings.js';

let otel: ReturnType<typeof sdk>;

beforeEach(() => {
  otel = sdk();
  otel.register();
});
afterEach(unregister);

/** Returns the points of the layers' metrics, as a table. */
async function table(backend = 'held'): Promise<Record<string, number>> {
  const points: Record<string, number> = {};
  for (const [name, series] of await otel.metrics()) {
    if (name === 'secretkit.operation.duration') continue;
    for (const { attributes, value } of series) {
      const { 'secretkit.provider.name': provider, ...others } = attributes;
      if (provider === backend)
        points[[name.replace('secretkit.', ''), ...Object.values(others)].join(' ')] = value;
    }
  }
  return points;
}

describe('the metrics of layers', () => {
  it('say during an outage what is wrong, and how long memory helps', async () => {
    let ms = 1_700_000_000_000;
    const now = (): number => ms;
    const backend = heldBackend();
    const stack = compose(
      telemetry({ now }),
      cache({ now, ttlMs: 60_000, jitter: 0, staleIfErrorMs: 600_000, failureCooldownMs: 30_000 }),
      circuitBreaker({ now, strategy: consecutiveFailures(1) }),
    )(backend.provider);
    const secrets = createSecrets(stack);
    const first = secrets.get('a');
    await backend.call(0).answer(seal('CANARY', { refreshAt: new Date(ms + 61_000) }));
    await first;
    expect(await table()).toEqual({
      'cache.events hit': 0,
      'cache.events miss': 1,
      'cache.events stale': 0,
      'cache.events refresh': 0,
      'cache.events coalesced': 0,
      'cache.events failure': 0,
      'cache.events eviction': 0,
      'cache.entry.count': 1,
      'cache.cooldown.count': 0,
      'cache.stale.count': 0,
      'cache.stale.remaining': 0,
      'cache.rotation_overdue.count': 0,
      'cache.active_requests': 0,
      'cache.consecutive_failures': 0,
      'cache.last_success.age': 0,
      'circuit.count closed': 1,
      'circuit.count open': 0,
      'circuit.count half-open': 0,
      'circuit.openings': 0,
      'circuit.refusals': 0,
    });
    ms += 62_000;
    const stale = outcome(secrets.get('a'));
    expect(await table()).toMatchObject({ 'cache.active_requests': 1 });
    await backend.call(1).fail(failure('unavailable'));
    await stale;
    await outcome(secrets.get('b'));
    ms += 1_000;
    expect(await table()).toMatchObject({
      'cache.failures unavailable': 1,
      'cache.failures circuit_open': 1,
      'cache.cooldown.count': 1,
      'cache.stale.count': 1,
      'cache.stale.remaining': 597,
      'cache.rotation_overdue.count': 1,
      'cache.active_requests': 0,
      'cache.consecutive_failures': 2,
      'cache.last_success.age': 63,
      'circuit.count closed': 0,
      'circuit.count open': 1,
      'circuit.openings': 1,
      'circuit.refusals': 1,
    });
  });

  it('have no name, version, account or user', async () => {
    const backend = heldBackend();
    const stack = compose(
      telemetry({ names: 'plain' }),
      cache(),
      circuitBreaker({ per: 'account', strategy: consecutiveFailures(1) }),
    )(backend.provider);
    const reading = outcome(
      stack.get(
        { name: 'CANARY-name', version: 'CANARY-v', scope: { account: 'CANARY-a', user: 'CANARY-u' } },
        {},
      ),
    );
    await backend.call(0).fail(failure('unavailable'));
    await reading;
    expect(await table()).toMatchObject({ 'circuit.count open': 1, 'circuit.count closed': 0 });
    expect(JSON.stringify([...(await otel.metrics())])).not.toContain('CANARY');
  });

  it('of a fallback have the backend of each branch', async () => {
    const first = heldBackend();
    const second = heldBackend();
    const branch = (name: string, { provider }: typeof first) =>
      compose(cache(), circuitBreaker({ strategy: consecutiveFailures(1) }))({ ...provider, name });
    const stack = telemetry()(fallback(branch('one', first), branch('two', second)));
    const reading = stack.get({ name: 'a' }, {});
    await first.call(0).fail(failure('unavailable'));
    await second.call(0).answer('value');
    await reading;
    expect(await table('one')).toMatchObject({ 'circuit.count open': 1, 'cache.failures unavailable': 1 });
    expect(await table('two')).toMatchObject({ 'circuit.count closed': 1, 'cache.entry.count': 1 });
  });

  it('of two stacks around backends of one name add up, or show the worse one', async () => {
    const layer = (snapshot: object): Layer => ({
      name: 'cache',
      kind: layerKind('cache'),
      options: {},
      snapshot: () => ({ ...snapshot }),
    });
    const readings = createReadings(() => 100_000);
    const parts = [
      { size: 2, servableForMs: 5_000, consecutiveFailures: 3, lastSuccessAt: new Date(90_000) },
      { size: 3, servableForMs: 9_000, consecutiveFailures: 1, lastSuccessAt: new Date(99_000) },
      { size: 0 },
    ];
    for (const each of parts) readings.watch({ name: 'cache(store)', layers: [layer(each)] });
    const closed = readings.watch({
      name: 'cache(store)',
      layers: [layer({ size: 7, servableForMs: 1, misses: 4 })],
    });
    closed();
    const broken = {
      ...layer({}),
      snapshot: () => {
        throw new Error('of the layer');
      },
    };
    readings.watch({ name: 'cache(store)', layers: [broken] });
    const found = readings.take().map(({ metric, value }) => [metric.name, value]);
    expect(Object.fromEntries(found)).toMatchObject({
      'secretkit.cache.entry.count': 5,
      'secretkit.cache.stale.remaining': 5,
      'secretkit.cache.consecutive_failures': 3,
      'secretkit.cache.last_success.age': 1,
    });
    const misses = readings.take().find(({ label }) => label === 'miss');
    expect(misses?.value).toBe(4);
  });
});
