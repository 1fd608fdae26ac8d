import { isSecretError } from '@secretkit/core';
import { type BackendName, readArguments, usage } from './arguments.js';
import type { Backend } from './backend.js';
import { runLiveStory } from './live-story.js';
import { consoleReport } from './report.js';
import { runStory } from './story.js';
import { watchStory } from './watch-story.js';

/** Runs the quickstart. Returns its exit code: 1 for a failure, 2 for wrong arguments. */
export async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  const parsed = readArguments(args, env);
  if ('help' in parsed) {
    console.log(usage);
    return 0;
  }
  if ('mistake' in parsed) {
    console.error(parsed.mistake);
    return 2;
  }
  let backend: Backend | undefined;
  try {
    backend = await open(parsed.backend, env);
    const report = consoleReport(backend.callUnit, wantsColour(env));
    await storyOf(parsed)(backend, report, signal);
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    if (error instanceof TypeError && parsed.backend === 'live' && !backend) {
      console.error(error.message);
      return 2;
    }
    if (!isSecretError(error)) throw error;
    console.error(`\n${error.message}`);
    return 1;
  } finally {
    await backend?.close();
  }
}

function storyOf({ backend, watch }: { backend: BackendName; watch: boolean }): typeof runStory {
  if (backend === 'live') return runLiveStory;
  return watch ? watchStory : runStory;
}

/** Like other tools: for a terminal, unless NO_COLOR or FORCE_COLOR is set. */
function wantsColour(env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false;
  return Boolean(env['FORCE_COLOR']) || process.stdout.isTTY;
}

// Imported on demand: an application loads only the SDK of the backend that it uses.
async function open(name: BackendName, env: NodeJS.ProcessEnv): Promise<Backend> {
  switch (name) {
    case 'stripe':
      return (await import('./backends/stripe-emulator.js')).stripeEmulator();
    case 'memory':
      return (await import('./backends/memory.js')).memory();
    case 'env':
      return (await import('./backends/env.js')).env(env);
    case 'live':
      return (await import('./backends/live.js')).live(env['STRIPE_SECRET_KEY'] ?? '');
  }
}
