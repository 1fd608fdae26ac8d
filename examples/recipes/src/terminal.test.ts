import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isTested } from '../../../packages/rotation/test/server-process.js';
import { openTerminal, type Terminal } from './terminal.js';

describe.skipIf(!isTested('bash'))('a terminal', () => {
  let terminal: Terminal;
  beforeEach(() => {
    terminal = openTerminal(tmpdir(), {});
  });
  afterEach(() => terminal.close());

  it.each([
    ['prints what is expected', 'echo one', 'one', undefined],
    ['prints something else', 'echo one', 'two', 'expected\ntwo\ngot\none\n'],
    ['prints more', 'echo one; echo two', 'one\nthree', 'expected\none\nthree\ngot\none\ntwo\n'],
    ['ends well', 'true', undefined, undefined],
    ['fails', 'echo no >&2; false', undefined, 'expected\nthe exit code 0\ngot\nno\n'],
    ['fails in the middle', 'false; true', undefined, 'expected\nthe exit code 0\ngot\n'],
  ])('runs a command that %s', async (_, command, expected, problem) => {
    expect(await terminal.run(command, expected)).toBe(problem);
  });

  it('goes on while a server runs, and ends it', async () => {
    expect(await terminal.run('echo listening; exec sleep 600', 'listening')).toBeUndefined();
    expect(await terminal.run('echo asked', 'asked')).toBeUndefined();
  });
});
