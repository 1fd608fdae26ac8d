import { ignoreErrors, type Middleware } from '@secretkit/core/middleware';
import { fakeClock, seededRandom } from '@secretkit/testing';
import { wrapping } from './cases/wrapping.js';
import { type ConformanceTest, testOf } from './conformance-test.js';
import { fakeHarness } from './fake-harness.js';
import { providerKinds } from './provider-kinds.js';
import { providerTests } from './provider-tests.js';

/** The clock and the random source for a middleware under test. */
export interface MiddlewareTools {
  readonly now: () => number;
  readonly random: () => number;
}

/** Creates a new middleware for each case. Use delays of a few milliseconds: the cases wait for them. */
export type MakeMiddleware = (tools: MiddlewareTools) => Middleware;

/** Returns the rules for wrapping, and the provider suite around each kind of provider. */
export function middlewareTests(make: MakeMiddleware): readonly ConformanceTest[] {
  checkMake(make);
  const kinds = Object.entries(providerKinds).flatMap(([kind, providerOf]) => {
    const harness = fakeHarness((fake) =>
      make({ now: fake.clock.now, random: seededRandom(1) })(providerOf(fake)),
    );
    return providerTests(harness, `${kind}/`).tests;
  });
  const own = wrapping.map((each) =>
    testOf(each, (run) => {
      const clock = fakeClock();
      return run({ clock, wrap: make({ now: clock.now, random: seededRandom(1) }) });
    }),
  );
  return [...own, ...kinds];
}

/** @throws `TypeError` when `make` does not return a middleware, for example because it is a middleware itself. */
function checkMake(make: MakeMiddleware): void {
  const middleware = ignoreErrors(() => make({ now: fakeClock().now, random: seededRandom(1) }));
  if (typeof middleware === 'function') return;
  throw new TypeError(
    'describeMiddleware: make must be a function that returns a middleware. Write ({ now }) => cache({ now }).',
  );
}
