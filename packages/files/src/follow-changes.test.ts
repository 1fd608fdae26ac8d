import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { type Answer, type SecretChange, SecretError, seal } from '@secretkit/core/provider';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Changes, followChanges } from './follow-changes.js';

/** What `readAll` finds, and what happened. */
let answers: Map<string, Answer>;
let events: string[];
let changes: Changes;
let look: () => Promise<void>;
let asked: (readonly string[])[];

beforeEach(() => {
  [answers, events, asked] = [new Map(), [], []];
  look = async () => undefined;
  changes = followChanges(
    async (names) => {
      asked.push(names);
      return names.map((name) => answers.get(name));
    },
    (given) => {
      events.push('start');
      look = given;
      return () => events.push('stop');
    },
  );
});

const described = (change: Parameters<Parameters<Changes['subscribe']>[0]>[0]): string =>
  'invalidate' in change
    ? `invalidate ${(change.invalidate as { name: string }).name}`
    : `${change.ref.name} = ${change.secret.reveal()}`;

function subscribe(label = ''): () => void {
  return changes.subscribe((change) => void events.push(label + described(change)));
}

describe('a look', () => {
  it('reports a value that replaced another one, once', async () => {
    subscribe();
    changes.record('a', seal('old'));
    await look();
    answers.set('a', seal('new'));
    await look();
    await look();
    expect(events).toEqual(['start', 'invalidate a', 'invalidate a']); // it was removed, and is there again
  });

  it.each<[string, string | undefined, Answer, string[]]>([
    ['another value', 'old', seal('new'), ['a = new']],
    ['the same value of another version', 'old', seal('old', { version: '2' }), []],
    ['bytes that are revealed alike', 'b2xk', seal(new TextEncoder().encode('old')), ['a = b2xk']],
    ['a secret that was removed', 'old', undefined, ['invalidate a']],
    ['a secret that was missing', undefined, seal('new'), ['invalidate a']],
    ['a secret that is missing still', undefined, undefined, []],
    ['an outage of one secret', 'old', new SecretError('unavailable', ''), []],
  ])('of %s', async (_, before, now, expected) => {
    subscribe();
    changes.record('a', before === undefined ? undefined : seal(before));
    answers.set('a', now);
    await look();
    await look();
    expect(events).toEqual(['start', ...expected]);
  });

  it('that fails reports nothing, and the next one does', async () => {
    let isDown = true;
    const failing = followChanges(
      async () => {
        if (isDown) throw new SecretError('unavailable', '');
        return [seal('new')];
      },
      (given) => {
        look = given;
        return () => undefined;
      },
    );
    failing.subscribe((change) => events.push(described(change)));
    failing.record('a', seal('old'));
    await look();
    isDown = false;
    await look();
    expect(events).toEqual(['a = new']);
  });

  it('compares with the value of the first read: a reader of another client may have seen the new one', async () => {
    subscribe();
    changes.record('a', seal('old'));
    changes.record('a', seal('new'));
    answers.set('a', seal('new'));
    await look();
    expect(events).toEqual(['start', 'a = new']);
  });

  it('that is asked for during another one follows it, once', async () => {
    subscribe();
    changes.record('a', seal('old'));
    answers.set('a', seal('old'));
    await Promise.all([look(), look(), look()]);
    expect(asked).toEqual([['a'], ['a']]);
  });

  it('has at most a hundred missing names: the oldest are dropped', async () => {
    subscribe();
    for (let at = 0; at < 150; at += 1) changes.record(`n${at}`, undefined);
    await look();
    expect([asked[0]?.length, asked[0]?.[0]]).toEqual([100, 'n50']);
  });
});

describe('a listener', () => {
  it('is needed: without one nothing is looked at', async () => {
    changes.record('a', seal('old'));
    expect(events).toEqual([]);
    const stop = subscribe();
    expect(events).toEqual([]); // and nothing before the first read
    changes.record('a', seal('old'));
    stop();
    stop();
    answers.set('a', seal('new'));
    await look();
    expect(events).toEqual(['start', 'stop']);
  });

  it('that throws, or ends another one, keeps no change from the others', async () => {
    changes.subscribe(() => {
      throw new Error('of the listener');
    });
    const stops: (() => void)[] = [];
    changes.subscribe(() => stops[0]?.());
    stops.push(subscribe('second '));
    subscribe('third ');
    changes.record('a', seal('old'));
    answers.set('a', seal('new'));
    await look();
    expect(events).toEqual(['start', 'third a = new']);
  });

  it('gets nothing after close, and a subscription then is ignored', async () => {
    subscribe();
    changes.record('a', seal('old'));
    answers.set('a', seal('new'));
    const looking = look();
    changes.close();
    changes.close();
    await looking;
    subscribe();
    changes.record('a', seal('old'));
    await look();
    expect(events).toEqual(['start', 'stop']);
  });

  it('may subscribe twice, and both end by themselves', async () => {
    const seen: SecretChange[] = [];
    const listener = (change: unknown): void => void seen.push(change as SecretChange);
    const stop = changes.subscribe(listener);
    changes.subscribe(listener);
    changes.record('a', seal('old'));
    stop();
    answers.set('a', seal('new'));
    await look();
    expect(seen).toHaveLength(1);
  });
});

it('a look that a change of the folder starts has not the async context of the first reader', async () => {
  const requests = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  let changed = (): void => undefined;
  const own = followChanges(
    async () => [],
    () => {
      changed = AsyncResource.bind(() => void seen.push(requests.getStore())); // as a watcher or a timer is bound
      return () => undefined;
    },
  );
  own.subscribe(() => undefined);
  requests.run('request 1', () => own.record('a', seal('value')));
  changed();
  expect(seen).toEqual([undefined]);
});
