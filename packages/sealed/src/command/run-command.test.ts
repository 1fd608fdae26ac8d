import { describe, expect, it } from 'vitest';
import { runCommand } from './run-command.js';

function run(...args: string[]) {
  const output = { out: '', err: '' };
  const code = runCommand(args, {
    out: (text) => void (output.out += text),
    err: (text) => void (output.err += text),
  });
  return { code, ...output };
}

describe('the command', () => {
  it('prints a new key, and nothing else', () => {
    const [one, other] = [run('key'), run('key')];
    expect(one).toMatchObject({ code: 0, err: '' });
    expect(one.out).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
    expect(one.out).not.toBe(other.out);
  });

  it.each(['--help', '-h'])('prints its usage for %s', (flag) => {
    expect(run(flag)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Usage:') });
  });

  it.each([[[]], [['keys']], [['key', 'CANARY']], [['CANARY']]])('refuses %s without a quote', (args) => {
    const { code, out, err } = run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage:');
    expect(err).not.toContain('CANARY');
  });
});
