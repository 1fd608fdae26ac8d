import { setTimeout as sleep } from 'node:timers/promises';
import { isSecretError, type Secrets } from '@secretkit/core';
import { application } from './application.js';
import type { Backend } from './backend.js';
import { names } from './names.js';
import type { Report } from './report.js';

const [outageEvery, outageLength] = [20, 8]; // frames
const clearScreen = '\u001B[2J\u001B[H';

/** Reads every secret once a second, and redraws the state of each, until the signal fires. The backend has outages. */
export async function watchStory(backend: Backend, report: Report, signal: AbortSignal): Promise<void> {
  const { secrets, layers } = application(backend, report);
  let endOutage: (() => void) | undefined;
  try {
    for (let frame = 0; !signal.aborted; frame += 1) {
      if (frame % outageEvery === outageEvery - outageLength) endOutage = backend.beginOutage?.();
      if (frame % outageEvery === 0) {
        endOutage?.();
        endOutage = undefined;
      }
      const states = await Promise.all(Object.values(names).map((name) => stateOf(secrets, name)));
      if (process.stdout.isTTY) process.stdout.write(clearScreen);
      report.heading(`Secrets of a running application${endOutage ? ', in an outage' : ''}`, layers);
      for (const state of states) report.row({ ...state, calls: backend.calls() });
      report.line('Ctrl+C ends it.');
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await secrets.close();
  }
}

async function stateOf(secrets: Secrets, name: string) {
  const startedAt = performance.now();
  const failure = await secrets.get(name).then(
    () => undefined,
    (error: unknown) => (isSecretError(error) ? error.code : 'failed'),
  );
  const { state, answeredBy, nextAttemptAt } = secrets.explain(name);
  const wait = nextAttemptAt ? Math.max(0, (nextAttemptAt.getTime() - Date.now()) / 1_000) : 0;
  const answer = failure ?? (wait > 0 ? `${state}, next attempt in ${wait.toFixed(1)} s` : state);
  return { title: name, answer, from: answeredBy, tookMs: performance.now() - startedAt };
}
