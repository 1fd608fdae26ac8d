// Prints what the people on call see in an incident: the explanation of a secret, the health, the log and the metrics.
import { tsImport } from 'tsx/esm/api';

const canary = 'CANARY-not-a-real-secret';

/** Returns a row for each phase and the result. */
export async function prove() {
  const { rehearse } = await tsImport('../../../packages/middleware/test/rehearsal.ts', import.meta.url);
  const phases = await rehearse(canary);
  for (const { phase, explanation, newcomer, lines, figures } of phases) {
    console.log(`\n${phase}`);
    for (const line of String(explanation).split('\n')) console.log(`  explain  ${line}`);
    console.log(`  explain  ${String(newcomer).split('\n')[0]}`);
    for (const line of lines) console.log(`  log      ${line}`);
    for (const [name, value] of Object.entries(figures)) console.log(`  metric   ${name} ${value}`);
  }
  console.log();
  const rows = phases.map(({ phase, explanation, health, lines }) => ({
    phase,
    explain: [explanation.state, explanation.failure?.code].filter(Boolean).join(', '),
    health: healthOf(health),
    log: lines[0] ?? '–',
  }));
  const isShown = JSON.stringify(phases).includes(canary);
  const ended = phases.at(-1);
  const passed = !isShown && ended.explanation.state === 'fresh' && !ended.health.degraded;
  const logged = phases.reduce((sum, { lines }) => sum + lines.length, 0);
  const reads = phases.reduce((sum, { outcomes }) => sum + total(outcomes), 0);
  return {
    rows,
    passed,
    figures: `${reads} reads in ${phases.length} phases, ${logged} log lines, no value shown`,
  };
}

function healthOf({ ready, degraded, layers }) {
  const { state } = layers.find(({ layer }) => layer === 'circuitBreaker') ?? {};
  return `${ready ? 'ready' : 'not ready'}${degraded ? ', degraded' : ''}${state === 'closed' ? '' : `, circuit ${state}`}`;
}

function total(counts) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
