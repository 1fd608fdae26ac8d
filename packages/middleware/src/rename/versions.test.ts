import { SecretError, type SecretProvider, type SecretRef, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { prefix } from '../prefix/index.js';
import { rename } from './index.js';

const v1: SecretRef = { name: 'a', version: 'v1' };

/** A provider with versions that records the refs of its calls, and the same provider under other names. */
function setUp(answer: () => void = () => undefined) {
  const calls: unknown[] = [];
  const listeners: Parameters<NonNullable<NonNullable<SecretProvider['memory']>['subscribe']>>[0][] = [];
  const provider = {
    name: 'store',
    async get(ref, _ctx) {
      calls.push(['get', ref]);
      answer();
      return seal('value');
    },
    async getMany(refs, _ctx) {
      calls.push(['getMany', ...refs]);
      return refs.map((ref) => new SecretError('unavailable', 'as scripted.', { ref }));
    },
    async compareAndSet(ref, secret, expected, _ctx) {
      calls.push(['compareAndSet', ref, secret.reveal(), expected]);
      answer();
      return { version: 'v2' };
    },
    async listVersions(ref, _ctx) {
      calls.push(['listVersions', ref]);
      answer();
      return [{ version: 'v2', stages: ['CURRENT'] }, { version: 'v1' }];
    },
    hold(ref, version) {
      calls.push(['hold', ref, version]);
      answer();
      return { [Symbol.dispose]: () => void calls.push('released') };
    },
    memory: {
      invalidate: (target) => void calls.push(['invalidate', target]),
      subscribe(listener) {
        listeners.push(listener);
        return () => undefined;
      },
    },
  } satisfies SecretProvider;
  const report: (typeof listeners)[number] = (change) => {
    for (const listener of listeners) listener(change);
  };
  return { provider, calls, report };
}

describe.each([
  ['rename', (provider: ReturnType<typeof setUp>['provider']) => rename(provider, { a: 'app/a' })],
  ['prefix', (provider: ReturnType<typeof setUp>['provider']) => prefix(provider, 'app/')],
])('%s: a version', (_, wrapped) => {
  const inner = { name: 'app/a', version: 'v1' };

  it('passes unchanged in reads, batches, holds and invalidations, and in the canonical ref', async () => {
    const { provider, calls } = setUp();
    const stack = wrapped(provider);
    await stack.get(v1, {});
    await stack.getMany([v1, { name: 'a' }], {});
    stack.memory?.invalidate?.(v1);
    stack.hold?.({ name: 'a' }, 'v1')[Symbol.dispose]();
    expect(calls).toEqual([
      ['get', inner],
      ['getMany', inner, { name: 'app/a' }],
      ['invalidate', inner],
      ['hold', { name: 'app/a' }, 'v1'],
      'released',
    ]);
    expect(stack.canonical?.(v1)).toEqual(v1);
  });

  it('is listed and compared under the name of the application', async () => {
    const { provider, calls } = setUp();
    const stack = wrapped(provider);
    const scope = { user: 'usr_1' };
    expect(await stack.compareAndSet({ name: 'a', scope }, seal('new'), 'v1', {})).toEqual({ version: 'v2' });
    expect(await stack.listVersions({ name: 'a', scope }, {})).toEqual([
      { version: 'v2', stages: ['CURRENT'] },
      { version: 'v1' },
    ]);
    expect(calls).toEqual([
      ['compareAndSet', { name: 'app/a', scope }, 'new', 'v1'],
      ['listVersions', { name: 'app/a', scope }],
    ]);
  });

  it('is in the ref of an error, with the name of the application', async () => {
    const { provider } = setUp(() => {
      throw new SecretError('conflict', 'as scripted.', { ref: inner });
    });
    const stack = wrapped(provider);
    const where = { code: 'conflict', ref: v1 };
    await expect(stack.get(v1, {})).rejects.toMatchObject(where);
    const write = stack.compareAndSet(v1, seal('new'), undefined, {}); // a write is about all versions
    await expect(write).rejects.toMatchObject({ code: 'invalid_argument', ref: v1 });
    expect(() => stack.hold?.(v1, 'v1')).toThrow(expect.objectContaining(where));
    expect(await stack.getMany([v1], {})).toMatchObject([{ code: 'unavailable', ref: v1 }]);
  });

  it('is in a change, and an invalidation is translated', () => {
    const { provider, report } = setUp();
    const changes: unknown[] = [];
    wrapped(provider).memory?.subscribe?.((change) => changes.push(change));
    const secret = seal('new');
    const scope = { user: 'usr_1' };
    report({ ref: inner, secret });
    for (const target of [inner, { name: 'app/a', scope }, { scope }, undefined])
      report({ invalidate: target });
    expect(changes[0]).toHaveProperty('ref', v1);
    expect(changes.slice(1)).toEqual([
      { invalidate: v1 },
      { invalidate: { name: 'a', scope } },
      { invalidate: { scope } },
      { invalidate: undefined },
    ]);
  });
});

describe('an invalidation of a name that', () => {
  const changesOf = (stack: SecretProvider): unknown[] => {
    const changes: unknown[] = [];
    stack.memory?.subscribe?.((change) => changes.push(change));
    return changes;
  };
  const scope = { user: 'usr_1' };

  it('is outside the prefix is not reported', () => {
    const { provider, report } = setUp();
    const changes = changesOf(prefix(provider, 'app/'));
    report({ invalidate: { name: 'other/a' } });
    expect(changes).toEqual([]);
  });

  it('cannot be translated back is reported for its scope: a copy that remains would be served', () => {
    const { provider, report } = setUp();
    const changes = changesOf(rename(provider, (name) => `app/${name}`));
    report({ invalidate: { name: 'app/a', scope } });
    report({ invalidate: { name: 'app/a' } });
    report({ ref: { name: 'app/a', scope }, secret: seal('new') });
    expect(changes).toEqual([
      { invalidate: { scope } },
      { invalidate: undefined },
      { invalidate: { scope } },
    ]);
  });

  it('the backend writes in another way is reported by its canonical ref, else for its scope', () => {
    const folded = (fold: (name: string) => string) => {
      const { provider, report } = setUp();
      const canonical = ({ name, ...rest }: SecretRef): SecretRef => ({ ...rest, name: fold(name) });
      return { changes: changesOf(prefix({ ...provider, canonical }, 'app/')), report };
    };
    const lower = folded((name) => name.toLowerCase());
    lower.report({ invalidate: { name: 'APP/a', scope } });
    expect(lower.changes).toEqual([{ invalidate: { name: 'a', scope } }]);
    const upper = folded((name) => name.toUpperCase());
    upper.report({ invalidate: { name: 'APP/A', scope } });
    expect(upper.changes).toEqual([{ invalidate: { scope } }]);
    const failing = folded(() => {
      throw new Error('of the backend');
    });
    failing.report({ invalidate: { name: 'APP/A', scope } });
    expect(failing.changes).toEqual([{ invalidate: { scope } }]);
  });
});
