import { fakeClock } from '@secretkit/testing';
import { describe, expect, it } from 'vitest';
import { staticRoles } from './static-roles.js';

const path = 'database/static-creds/app';

function setUp() {
  const { now, advance } = fakeClock();
  const metaOf = staticRoles(now);
  const refreshIn = (ttl: number, rotation: string): number =>
    Number(metaOf(path, { ttl, last_vault_rotation: rotation })?.refreshAt) - now();
  return { advance, metaOf, refreshIn };
}

describe('the dates of a static role', () => {
  it('are the next rotation and a second, and the version is the last one', () => {
    const { metaOf, refreshIn } = setUp();
    expect(refreshIn(30, 'one')).toBe(31_000);
    expect(metaOf(path, { ttl: 30, last_vault_rotation: 'one' })?.version).toBe('one');
  });

  it('are a minute at most, so that a rotation by hand is seen', () => {
    expect(setUp().refreshIn(86_400, 'one')).toBe(60_000);
  });

  it('are a second for a ttl of 0, which does not mean for ever', () => {
    expect(setUp().refreshIn(0, 'one')).toBe(1_000);
  });

  it('are two seconds while the server is late, although it has begun a new ttl', () => {
    const { advance, refreshIn } = setUp();
    refreshIn(30, 'one');
    advance(31_000);
    for (const ttl of [3_600, 3_598, 3_596]) {
      expect(refreshIn(ttl, 'one')).toBe(2_000);
      advance(2_000);
    }
    expect(refreshIn(40, 'two')).toBe(41_000);
  });

  it('are remembered for each path, of the last thousand', () => {
    const { advance, metaOf, refreshIn } = setUp();
    refreshIn(30, 'one');
    for (let at = 0; at < 1_000; at += 1) metaOf(`other-${at}`, { ttl: 30, last_vault_rotation: 'one' });
    advance(31_000);
    expect(refreshIn(30, 'one')).toBe(31_000);
  });

  it.each([{}, { ttl: 30 }, { last_vault_rotation: 'one' }, { ttl: '30', last_vault_rotation: 'one' }])(
    'are absent for another answer: %j',
    (data) => {
      expect(setUp().metaOf(path, data)).toBeUndefined();
    },
  );
});
