import { refKey, type SecretRef } from '@secretkit/core/provider';
import { expect, it } from 'vitest';
import { versionIndex } from './version-index.js';

const identityOf = (ref: SecretRef) => ({ key: refKey(ref), ref });
const [v1, v2] = ['v1', 'v2'].map((version) => identityOf({ name: 'a', version }));

it('an index has the versions of a name that were added and not deleted', () => {
  const index = versionIndex();
  const versionsOf = (name: string) => index.versionsOf(refKey({ name }));
  index.delete(v1!); // of a name that it does not have
  expect(versionsOf('a')).toEqual([]);
  index.add(v1!);
  index.add(v2!);
  index.add(identityOf({ name: 'a' }));
  index.add(identityOf({ name: 'b', version: 'v1' }));
  expect(versionsOf('a')).toEqual([v1!.key, v2!.key]);
  index.delete(v1!);
  index.delete(v1!);
  expect(versionsOf('a')).toEqual([v2!.key]);
  index.delete(v2!);
  expect(versionsOf('a')).toEqual([]);
  expect(versionsOf('b')).toHaveLength(1);
});
