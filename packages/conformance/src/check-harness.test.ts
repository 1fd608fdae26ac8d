import { describe, expect, it } from 'vitest';
import { describeProvider } from './describe-provider.js';
import type { Harness } from './harness.js';

const open = () => ({}) as never;
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
  ])('is refused before a case is left out: %j', (harness, problem) => {
    expect(() => describeProvider('mine', harness as Harness, none)).toThrow(problem);
  });

  it('is a runner without describe and it', () => {
    const harness: Harness = { facts: { scopes: [] }, open };
    expect(() => describeProvider('mine', harness, undefined as never)).toThrow(
      'the runner is { describe, it }',
    );
  });
});
