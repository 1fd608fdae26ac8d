import { type Gate, statusOf } from '../case.js';
import type { Results } from '../results.js';

/** Describes the limits, and lists the metrics that miss their limit or their target, each reason once. */
export function limits(results: Results): string {
  const gates = Object.values(results).flatMap(({ gates }) => gates);
  const count = (status: string): number => gates.filter((gate) => statusOf(gate) === status).length;
  return `\`npm run bench -- --check\` measures ${gates.length} metrics: ${count('passed')} pass, ${count('missed')} miss, ${count('failed')} fail. A time may exceed
its limit by a tenth. Up to three times the limit it is *missed*, which does not fail CI: the machine may be busy. These miss their limit,
or a target that is further away:

${byReason(gates.filter(isOpen))}`;
}

function isOpen(gate: Gate): boolean {
  const hasMissed = statusOf(gate) !== 'passed';
  return hasMissed || gate.target !== undefined;
}

function byReason(gates: readonly Gate[]): string {
  const metrics = new Map<string, string[]>();
  for (const gate of gates) {
    const reason = gate.reason === undefined ? '' : ` ${gate.reason}`;
    metrics.set(reason, [...(metrics.get(reason) ?? []), described(gate)]);
  }
  return [...metrics].map(([reason, all]) => `- ${all.join('; ')}.${reason}`).join('\n');
}

function described({ metric, measured, atMost, atLeast, target }: Gate): string {
  const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  const goal = target === undefined ? '' : `, target ${target}`;
  return `*${metric}*: ${Number(measured.toFixed(2))} (${limit}${goal})`;
}
