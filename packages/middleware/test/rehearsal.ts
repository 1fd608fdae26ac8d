import { compose, createSecrets, type Explanation, type Health } from '@secretkit/core';
import { SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { incidents, observe } from '@secretkit/middleware/observe';
import { recommended } from '@secretkit/middleware/recommended';
import { telemetry } from '@secretkit/middleware/telemetry';
import { sdk } from './sdk.js';

/** How the backend behaves. */
type Condition = 'works' | 'denies' | 'throttles' | 'is slow' | 'is down';

/** What the people on call see at the end of one phase. */
export interface Phase {
  readonly phase: string;
  /** Of a secret that is read all the time. */
  readonly explanation: Explanation;
  /** Of a secret that is read for the first time while the backend is down. */
  readonly newcomer: Explanation;
  readonly health: Health;
  /** The log lines of this phase. */
  readonly lines: readonly string[];
  /** Metrics, without those that are 0. */
  readonly figures: Readonly<Record<string, number>>;
  /** How the reads of this phase ended. */
  readonly outcomes: Readonly<Record<string, number>>;
}

interface Step {
  readonly phase: string;
  readonly condition: Condition;
  /** How long after the step before, in milliseconds: no real time passes. */
  readonly laterMs: number;
}

const minute = 60_000;
const name = 'db-password';

/** An application under load. First each failure alone, then an outage until nothing in memory helps. */
const steps: readonly Step[] = [
  { phase: 'healthy', condition: 'works', laterMs: 0 },
  { phase: 'denied', condition: 'denies', laterMs: 6 * minute },
  { phase: 'granted again', condition: 'works', laterMs: 20_000 },
  { phase: 'throttled', condition: 'throttles', laterMs: 6 * minute },
  { phase: 'slow', condition: 'is slow', laterMs: 2 * minute },
  { phase: 'down', condition: 'is down', laterMs: 10 * minute },
  { phase: 'down for an hour', condition: 'is down', laterMs: 61 * minute },
  { phase: 'restored', condition: 'works', laterMs: 5 * minute },
];

/** Runs an application through the incident, on the recommended stack. `canary` is a part of every value. */
export async function rehearse(canary: string): Promise<readonly Phase[]> {
  let ms = Date.UTC(2030, 0, 1, 2); // 2 a.m.
  let condition: Condition = 'works';
  const now = (): number => ms;
  const otel = sdk();
  let lines: string[] = [];

  const backend: SecretProvider = {
    name: 'vault',
    async get({ name: asked }, { signal }) {
      if (condition === 'works') return seal(`${canary} of ${asked}`);
      if (condition === 'denies') throw new SecretError('permission_denied', 'the policy has no such path.');
      if (condition === 'throttles')
        throw new SecretError('rate_limited', 'too many requests.', { retryAfterMs: 2_000 });
      if (condition === 'is down') throw new SecretError('unavailable', 'the connection was refused.');
      return new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
  };
  const logged = observe({
    now,
    onEvent: incidents({ now, settleMs: 0, log: (line) => lines.push(line) }),
  });
  const meter = otel.meterProvider.getMeter('rehearsal');
  const stack = recommended({
    now,
    random: () => 0.5,
    telemetry: compose(telemetry({ now, meter }), logged),
    retry: { baseDelayMs: 1, maxDelayMs: 1 },
    timeout: { timeoutMs: 20 },
  })(backend);
  const secrets = createSecrets(stack, { now });

  async function load(outcomes: Record<string, number>): Promise<void> {
    const readers = Array.from({ length: 50 }, async () => {
      const ended = await secrets.get(name).then(
        (secret) => (secret?.staleSince ? 'stale' : 'fresh'),
        (error: unknown) => (error instanceof SecretError ? error.code : 'another error'),
      );
      outcomes[ended] = (outcomes[ended] ?? 0) + 1;
    });
    await Promise.all(readers);
  }

  async function run({ phase, condition: next, laterMs }: Step): Promise<Phase> {
    ms += laterMs;
    condition = next;
    lines = [];
    const outcomes: Record<string, number> = {};
    await load(outcomes);
    if (next === 'is down') await secrets.getManySettled({ one: 'mail-key', other: 'search-key' });
    ms += 1_000;
    await load(outcomes);
    await new Promise((resolve) => setTimeout(resolve, 5)); // the line of the end is logged by a timer
    return {
      phase,
      explanation: secrets.explain(name),
      newcomer: secrets.explain('report-key'),
      health: secrets.health({ required: [name] }),
      lines,
      figures: figuresOf(await otel.metrics()),
      outcomes,
    };
  }

  const phases: Phase[] = [];
  for (const step of steps) phases.push(await run(step));
  await secrets.close();
  return phases;
}

function figuresOf(metrics: Awaited<ReturnType<ReturnType<typeof sdk>['metrics']>>): Phase['figures'] {
  const shown = /\.(failures|consecutive_failures|stale\.count|stale\.remaining|circuit\.count)$/;
  return Object.fromEntries(
    [...metrics].flatMap(([metric, series]) =>
      shown.test(metric)
        ? series
            .filter(({ value }) => value !== 0)
            .map(({ attributes, value }): [string, number] => {
              const label = attributes['error.type'] ?? attributes['secretkit.circuit.state'];
              return [[metric.replace(/^secretkit\./, ''), label].filter(Boolean).join(' '), value];
            })
        : [],
    ),
  );
}
