import { isSecretError } from '@secretkit/core';
import { type BackendName, readArguments, usage } from './arguments.js';
import type { Backend } from './backend.js';
import { tellLiveStory } from './live-story.js';
import { consoleReport } from './report.js';
import { tellStory } from './story.js';

/** Runs the quickstart, and answers with its exit code: 1 when it failed, 2 when it was asked for wrongly. */
export async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  const asked = readArguments(args, env);
  if ('help' in asked) {
    console.log(usage);
    return 0;
  }
  if ('mistake' in asked) {
    console.error(asked.mistake);
    return 2;
  }
  let backend: Backend | undefined;
  try {
    backend = await open(asked.backend, env);
    const report = consoleReport(backend.callsAre, wantsColour(env));
    await (asked.backend === 'live' ? tellLiveStory : tellStory)(backend, report, signal);
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    if (error instanceof TypeError && asked.backend === 'live' && !backend) {
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

/** As other tools do: for a terminal, unless one of two variables says otherwise. */
function wantsColour(env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false;
  return Boolean(env['FORCE_COLOR']) || process.stdout.isTTY;
}

// Imported when it is needed: an application loads the SDK of no backend that it does not use.
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
