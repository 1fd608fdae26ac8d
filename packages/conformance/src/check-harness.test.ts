import { around } from '@secretkit/core/middleware';
import { describe, expect, it } from 'vitest';
import { checkFixture } from './check-harness.js';
import { describeMiddleware } from './describe-middleware.js';
import { describeProvider } from './describe-provider.js';
import type { Harness } from './harness.js';

const open = () => ({}) as never;
const nothing = () => undefined;
const fixture = {
  provider: { name: 'mine', get: nothing },
  now: nothing,
  advance: nothing,
  put: nothing,
  remove: nothing,
  calls: nothing,
  fault: nothing,
  hang: nothing,
};
const none = { describe: () => {}, it: () => {} };

describe('what the kit could not use', () => {
  it.each([
    [undefined, 'a harness is an object with facts and an open()'],
    [{ facts: { scopes: [] } }, 'a harness is an object with facts and an open()'],
    [{ open }, "the harness has no facts. The least are { scopes: ['account', 'user'] }."],
    [{ open, facts: {} }, 'scopes is a list of account, user; it is no list.'],
    [{ open, facts: { scopes: ['tenant'] } }, 'scopes is a list of account, user; "tenant" is none of them.'],
    [{ open, facts: { scopes: [], fault: ['unreadable'] } }, 'fault'],
    [{ open, facts: { scopes: [], faults: ['malformd'] } }, '"malformd" is none of them.'],
    [{ open, facts: { scopes: [], expiryResolutionMs: '1' } }, 'expiryResolutionMs is a number from 1'],
    [{ open, facts: { scopes: [], fold: 'upper' } }, 'fold is a function, not string.'],
  ])('is refused before a case is left out: %j', (harness, problem) => {
    expect(() => describeProvider('mine', harness as Harness, none)).toThrow(problem);
  });

  it.each([
    [undefined, 'open() of the harness to give a function now; came undefined'],
    [{ ...fixture, put: undefined }, 'to give a function put; came undefined'],
    [{ ...fixture, fault: undefined }, 'to give a function fault; came undefined'],
    [{ ...fixture, hang: 'yes' }, 'to give a function hang; came string'],
    [{ ...fixture, provider: undefined }, 'to give a provider; came undefined'],
  ])('is a fixture that lacks something: %#', (given, problem) => {
    const facts = { scopes: [], faults: ['unauthorized'], hangs: true } as const;
    expect(() => checkFixture(given as never, facts)).toThrow(problem);
    expect(() => checkFixture(fixture as never, facts)).not.toThrow();
  });

  it('is a middleware that is made already', () => {
    const middleware = around({ name: 'made', policy: (run, ctx) => run(ctx) });
    expect(() => describeMiddleware('made', middleware as never, none)).toThrow(
      'makes a middleware for each case, such as ({ now }) => cache({ now }).',
    );
  });

  it('is a runner without describe and it', () => {
    const harness: Harness = { facts: { scopes: [] }, open };
    expect(() => describeProvider('mine', harness, undefined as never)).toThrow(
      'the runner is { describe, it }',
    );
  });
});
