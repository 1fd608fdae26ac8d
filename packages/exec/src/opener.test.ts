import { openProvider } from '@secretkit/config';
import { describe, expect, it } from 'vitest';
import { execOpener } from './opener.js';

const commands = {
  one: () => ['echo', 'of one'],
  'two.b-c_d': { command: () => ['printf', '{"value":"of two"}'], output: 'json' as const },
};

describe('execOpener', () => {
  it.each([
    ['exec:one', 'of one'],
    ['exec:two.b-c_d', 'of two'],
  ])('opens %s', async (url, value) => {
    const provider = await openProvider(url, [execOpener({ commands })]);
    expect((await provider.get({ name: 'token' }, {}))?.reveal()).toBe(value);
  });

  it('has the scheme exec, or another one', async () => {
    expect(execOpener({ commands }).schemes).toEqual(['exec']);
    const opener = execOpener({ commands, scheme: 'cli' });
    expect(opener.schemes).toEqual(['cli']);
    const provider = await opener.open(new URL('cli:one'));
    expect((await provider.get({ name: 'token' }, {}))?.reveal()).toBe('of one');
  });

  it.each([
    ['exec:', 'one'],
    ['exec:CANARY', 'one'],
    ['exec:/bin/sh', 'one'],
    ['exec:constructor', 'one'],
    ['exec:one/CANARY', 'one'],
    ['exec:one%20CANARY', 'one'],
    ['exec://one', 'one'],
    ['exec://CANARY/one', 'one'],
    ['exec:one?command=CANARY', 'parameter'],
    ['exec:one?CANARY', 'parameter'],
    ['exec:one#CANARY', 'fragment'],
  ])('refuses %s', (url, named) => {
    const open = () => execOpener({ commands }).open(new URL(url));
    expect(open).toThrow(TypeError);
    expect(open).toThrow(new RegExp(`^exec.*${named}(?!.*CANARY)`));
  });

  it.each<[unknown, string]>([
    [null, 'options'],
    [{ commands, command: 1 }, '"command"'],
    [{}, 'commands'],
    [{ commands: {} }, 'commands'],
    [{ commands: 'CANARY' }, 'commands'],
    [{ commands: [() => ['CANARY']] }, 'commands'],
    [{ commands: { 'a/CANARY': () => [] } }, 'commands'],
    [{ commands: { op: 'CANARY' } }, 'commands.op'],
    [{ commands: { op: ['CANARY'] } }, 'commands.op'],
    [{ commands: { op: { command: 'CANARY' } } }, 'commands.op: command'],
    [{ commands, scheme: 'CANARY' }, 'scheme'],
  ])('refuses wrong options: %j', (options, named) => {
    const build = () => execOpener(options as never); // on purpose
    expect(build).toThrow(TypeError);
    expect(build).toThrow(new RegExp(`^execOpener: .*${named.replace('.', '\\.')}(?!.*CANARY)`));
  });
});
