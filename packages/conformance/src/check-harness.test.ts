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

describe('a harness that the suite cannot use', () => {
  it.each<[unknown, RegExp]>([
    [undefined, /harness .* got undefined/],
    [{ traits: { scopes: [] } }, /harness .* without open\(\)/],
    [{ open }, /traits .* got undefined/],
    [{ open, traits: {} }, /traits\.scopes .* account, user, got undefined/],
    [{ open, traits: { scopes: ['tenant'] } }, /traits\.scopes .* account, user, got "tenant"/],
    [{ open, traits: { scopes: [], fault: ['unreadable'] } }, /unknown option "fault"/],
    [{ open, traits: { scopes: [], faults: ['malformd'] } }, /traits\.faults .* got "malformd"/],
    [{ open, traits: { scopes: [], expiryResolutionMs: '1' } }, /expiryResolutionMs .* got string/],
  ])('is refused before a case is skipped: %j', (harness, problem) => {
    const build = () => describeProvider('mine', harness as Harness, none);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(problem);
  });

  it('is refused for a number out of range', () => {
    const traits = { scopes: [], maxSecrets: 0 };
    expect(() => describeProvider('mine', { open, traits }, none)).toThrow(RangeError);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /a function now, got undefined/],
    [{ ...fixture, put: undefined }, /a function put, got undefined/],
    [{ ...fixture, fault: undefined }, /a function fault, got undefined/],
    [{ ...fixture, hang: 'yes' }, /a function hang, got string/],
    [{ ...fixture, provider: undefined }, /a provider, got undefined/],
    [{ ...fixture, provider: null }, /a provider, got null/],
  ])('opens a fixture without a required part: %#', (given, problem) => {
    const traits = { scopes: [], faults: ['unauthorized'], hangs: true } as const;
    expect(() => checkFixture(given as never, traits)).toThrow(problem);
    expect(() => checkFixture(fixture as never, traits)).not.toThrow();
  });
});

describe('other wrong arguments', () => {
  it('a middleware in place of a function that makes one is refused', () => {
    const middleware = around({ name: 'made', policy: (run, ctx) => run(ctx) });
    expect(() => describeMiddleware('made', middleware as never, none)).toThrow(
      /^describeMiddleware: make .* \(\{ now \}\) => cache\(\{ now \}\)\.$/,
    );
  });

  it('a runner without describe and it is refused', () => {
    const harness: Harness = { traits: { scopes: [] }, open };
    expect(() => describeProvider('mine', harness, undefined as never)).toThrow(
      /runner .*\{ describe, it \}/,
    );
  });
});
