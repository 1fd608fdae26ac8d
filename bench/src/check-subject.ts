import { deepStrictEqual } from 'node:assert/strict';
import type { Subject } from './subject.js';

/**
 * Checks that a subject does the work that is compared: it returns the values of the backend, loads each name once, and
 * returns `undefined` for a missing name.
 *
 * @throws `AssertionError` if it does not.
 */
export async function checkSubject({ name, open }: Subject): Promise<void> {
  const loads: string[] = [];
  const load = async (key: string): Promise<string | undefined> => {
    loads.push(key);
    return key === 'missing' ? undefined : `value of ${key}`;
  };
  const { read, valueOf, close } = open(load, { maxEntries: 1_000 });
  const answers: (string | undefined)[] = [];
  for (const key of ['one', 'one', 'two', 'two', 'one', 'missing']) answers.push(valueOf(await read(key)));
  deepStrictEqual(
    { answers, loads },
    {
      answers: ['value of one', 'value of one', 'value of two', 'value of two', 'value of one', undefined],
      loads: ['one', 'two', 'missing'],
    },
    `${name}: the results differ from those of the other subjects, so it is not comparable.`,
  );
  await close?.();
}
