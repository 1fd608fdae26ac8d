import { context, metrics, trace } from '@opentelemetry/api';
import { expectNoLeak, expectNoLeakDuring } from '@secretkit/conformance';
import { afterEach, expect, it } from 'vitest';
import { runStory, values } from './story.js';

afterEach(() => {
  context.disable();
  trace.disable();
  metrics.disable();
});

it('shows in spans and metrics, without any value', { timeout: 20_000 }, async () => {
  const canaries = Object.values(values);
  const lines: string[] = [];
  await expectNoLeakDuring(canaries, () => runStory((line) => lines.push(line)));
  expectNoLeak([...canaries, 'sk_test_telemetry'], lines);
  expect(
    lines.filter((line) => line !== '').map((line) => line.replace(/^\n/, '').replace(/  [\d.]+ ms$/, '')),
  ).toEqual([
    'A miss: database-url → [secret]',
    '  get fallback(stripe, env)  outcome=found cache=miss name=d099b4d5fb4911ab',
    '      GET  status=200',
    'A thousand hits: database-url → [secret]',
    '  no span',
    'Not in Stripe, found in the environment: log-level → [secret]',
    '  get fallback(stripe, env)  outcome=found cache=miss name=7a99ec2d66256494',
    '      GET  error=404 status=404',
    'Missing in both: nothing → missing',
    '  get fallback(stripe, env)  outcome=missing cache=miss name=1785cfc3bc6ac773',
    '      GET  error=404 status=404',
    'Stripe limits the rate, a value just past its freshness is served: database-url → stale [secret]',
    '  get fallback(stripe, env)  outcome=found cache=stale stale_for_s=1 name=d099b4d5fb4911ab',
    '      GET  error=429 status=429',
    'Stripe is down, a stale value is served: database-url → stale [secret]',
    '  get fallback(stripe, env)  outcome=found cache=stale stale_for_s=61 name=d099b4d5fb4911ab',
    '      GET  error=500 status=500',
    'Stripe is down, the environment has the secret: log-level → [secret]',
    '  get fallback(stripe, env)  outcome=found cache=miss attempts=3 name=7a99ec2d66256494',
    '      · secretkit.retry  attempt=1 error=unavailable',
    '      · secretkit.retry  attempt=2 error=unavailable',
    '      · secretkit.fall_through  error=unavailable next=env',
    '      GET  error=500 status=500',
    '      GET  error=500 status=500',
    '      GET  error=500 status=500',
    'Stripe is down, the environment has no such secret: nothing → circuit_open',
    '  get fallback(stripe, env)  outcome=circuit_open cache=miss attempts=2 name=1785cfc3bc6ac773 error=circuit_open',
    '      · secretkit.retry  attempt=1 error=unavailable',
    '      · secretkit.fall_through  error=circuit_open next=env',
    '      GET  error=500 status=500',
    'Metrics',
    ...[
      'operation_duration_count{secretkit_operation_name="get",PROVIDER,secretkit_outcome="found",secretkit_cache_result="miss"} 3',
      'operation_duration_count{secretkit_operation_name="get",PROVIDER,secretkit_outcome="missing",secretkit_cache_result="miss"} 1',
      'operation_duration_count{secretkit_operation_name="get",PROVIDER,secretkit_outcome="found",secretkit_cache_result="stale"} 2',
      'operation_duration_count{secretkit_operation_name="get",PROVIDER,secretkit_outcome="circuit_open",error_type="circuit_open",secretkit_cache_result="miss"} 1',
      'cache_events_total{BACKEND,secretkit_cache_event="hit"} 1000',
      'cache_events_total{BACKEND,secretkit_cache_event="miss"} 5',
      'cache_events_total{BACKEND,secretkit_cache_event="stale"} 2',
      'cache_events_total{BACKEND,secretkit_cache_event="refresh"} 2',
      'cache_events_total{BACKEND,secretkit_cache_event="failure"} 4',
      'cache_failures_total{BACKEND,error_type="rate_limited"} 1',
      'cache_failures_total{BACKEND,error_type="unavailable"} 2',
      'cache_failures_total{BACKEND,error_type="circuit_open"} 1',
      'cache_entry_count{BACKEND} 1',
      'cache_cooldown_count{BACKEND} 1',
      'cache_stale_count{BACKEND} 1',
      'cache_stale_remaining{BACKEND} 3539',
      'cache_consecutive_failures{BACKEND} 4',
      'cache_last_success_age{BACKEND} 361',
      'circuit_count{BACKEND,secretkit_circuit_state="open"} 1',
      'circuit_openings_total{BACKEND} 1',
      'circuit_refusals_total{BACKEND} 1',
      'retries_total{secretkit_operation_name="get",error_type="unavailable"} 3',
    ].map(
      (line) =>
        `  secretkit_${line
          .replace('PROVIDER', 'secretkit_provider_name="fallback(stripe, env)"')
          .replace('BACKEND', 'secretkit_provider_name="stripe"')}`,
    ),
  ]);
});
