import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import {
  fetchedAt,
  isLocal,
  isSecret,
  markLocal,
  markStale,
  type Secret,
  sameValue,
  seal,
  staleUntil,
  withFetchedAt,
} from './secret.js';

/** A value as an older copy of the package seals it: without format, bytes and hidden fields. */
function ofOlderCopy(value: string): Secret {
  const older = {
    reveal: () => value,
    map: (parse: (text: string) => unknown) => ofOlderCopy(parse(value) as string),
    expiresAt: new Date(30),
    createdAt: new Date(10),
    version: 'v1',
    staleSince: new Date(20),
  };
  return Object.defineProperty(older, Symbol.for('secretkit.Secret'), { value: true }) as never as Secret;
}

describe('the hidden fields', () => {
  it('are absent from a new value', () => {
    expect([fetchedAt(seal('v')), staleUntil(seal('v'))]).toEqual([undefined, undefined]);
  });

  it('are kept by map, markStale and withFetchedAt', () => {
    const meta = { expiresAt: new Date(3), refreshAt: new Date(2), createdAt: new Date(1), version: 'v1' };
    const secret = markStale(withFetchedAt(seal('v', meta), 1_000), new Date(2_000), 3_000);
    for (const each of [
      secret,
      secret.map((text) => text),
      secret.map((text) => text).map((text) => text),
      withFetchedAt(secret, 1_000),
      markStale(secret, new Date(2_000)),
    ]) {
      expect([fetchedAt(each), staleUntil(each), each.staleSince]).toEqual([1_000, 3_000, new Date(2_000)]);
      const { expiresAt, refreshAt, createdAt, version } = each;
      expect({ expiresAt, refreshAt, createdAt, version }).toEqual(meta);
      expect(each.reveal()).toBe('v');
    }
    expect(staleUntil(markStale(secret, new Date(2_000), 2_500))).toBe(2_500);
  });

  it('have the mark of a value that is of one process alone, which map and the others keep', () => {
    const secret = markLocal(seal('v', { version: 'v1' }));
    const kept = [
      secret,
      secret.map((text) => text),
      withFetchedAt(secret, 5),
      markStale(secret, new Date(5), 6),
    ];
    expect(kept.map(isLocal)).toEqual([true, true, true, true]);
    expect([isLocal(seal('v')), isLocal(withFetchedAt(seal('v'), 5))]).toEqual([false, false]);
  });

  it('are kept apart: the value that they were added to has none', () => {
    const secret = seal('v');
    withFetchedAt(secret, 5);
    markStale(secret, new Date(5), 6);
    expect([fetchedAt(secret), staleUntil(secret), secret.staleSince]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('do not show, and hold no value', () => {
    const secret = withFetchedAt(seal('CANARY'), 1_234_567);
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(inspect(secret, { depth: null, showHidden: true, customInspect: false })).not.toMatch(
      /1234567|CANARY/,
    );
    expect(inspect((secret as never)[Symbol.for('secretkit.Secret.meta')])).not.toContain('CANARY');
  });

  it('are read from a value that another copy of the package sealed', async () => {
    vi.resetModules();
    const copy = await import('./secret.js');
    const secret = copy.markStale(copy.withFetchedAt(copy.seal(Uint8Array.of(0xff)), 5), new Date(6), 7);
    const again = withFetchedAt(secret, 4);
    expect([fetchedAt(secret), staleUntil(secret), fetchedAt(again), staleUntil(again)]).toEqual([
      5, 7, 4, 7,
    ]);
    expect([again.format, again.staleSince]).toEqual(['base64', new Date(6)]);
  });

  it('may be added to a value of an older copy, which keeps the rest', () => {
    const older = ofOlderCopy('v');
    expect([isSecret(older), fetchedAt(older), staleUntil(older)]).toEqual([true, undefined, undefined]);
    const fetched = withFetchedAt(older, 5);
    const { expiresAt, createdAt, version, staleSince } = fetched;
    expect([fetchedAt(fetched), fetched.reveal(), fetched.format]).toEqual([5, 'v', 'text']);
    expect([expiresAt, createdAt, version, staleSince]).toEqual([
      new Date(30),
      new Date(10),
      'v1',
      new Date(20),
    ]);
    expect(markStale(older, new Date(25), 28).staleSince).toEqual(new Date(25));
    expect(sameValue(older, seal('v'))).toBe(true);
    expect(sameValue(older, seal('w'))).toBe(false);
  });

  it('may be added to a value of an older copy without metadata', () => {
    const bare = { [Symbol.for('secretkit.Secret')]: true, reveal: () => 'v' } as never as Secret;
    const { expiresAt, createdAt, version, staleSince } = withFetchedAt(bare, 5);
    expect([expiresAt, createdAt, version, staleSince]).toEqual([undefined, undefined, undefined, undefined]);
    expect(fetchedAt(withFetchedAt(bare, 5))).toBe(5);
  });
});
