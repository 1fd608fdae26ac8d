import type { Middleware } from '@secretkit/core/middleware';
import { wrapping } from './cases/wrapping.js';
import { fakeHarness } from './fake-harness.js';
import { fakeClock } from './fakes/fake-clock.js';
import { seededRandom } from './fakes/seeded-random.js';
import { kindsOfProvider } from './kinds-of-provider.js';
import { providerTrials } from './provider-trials.js';
import { type Trial, trialOf } from './trial.js';

/** What a middleware under test is to use in place of the wall clock and of chance. */
export interface MiddlewareTools {
  readonly now: () => number;
  readonly random: () => number;
}

/** Makes the middleware, anew for each case. Give it waits of a few milliseconds: the cases wait them out. */
export type MakeMiddleware = (tools: MiddlewareTools) => Middleware;

/** The provider suite around each kind of provider, and what wrapping may not change. */
export function middlewareTrials(make: MakeMiddleware): readonly Trial[] {
  checkMake(make);
  const kinds = Object.entries(kindsOfProvider).flatMap(([kind, providerOf]) => {
    const harness = fakeHarness((fake) =>
      make({ now: fake.clock.now, random: seededRandom(1) })(providerOf(fake)),
    );
    return providerTrials(harness, `${kind}/`).trials;
  });
  const own = wrapping.map((each) =>
    trialOf(each, (run) => {
      const clock = fakeClock();
      return run({ clock, wrap: make({ now: clock.now, random: seededRandom(1) }) });
    }),
  );
  return [...own, ...kinds];
}

/** @throws `TypeError` for what makes no middleware, such as one that is made already. */
function checkMake(make: MakeMiddleware): void {
  if (typeof made(make) === 'function') return;
  throw new TypeError(
    'conformance: what is described makes a middleware for each case, such as ({ now }) => cache({ now }).',
  );
}

function made(make: MakeMiddleware): unknown {
  try {
    return make({ now: fakeClock().now, random: seededRandom(1) });
  } catch {
    return undefined;
  }
}
