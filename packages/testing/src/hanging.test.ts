import { expect, it } from 'vitest';
import { fakeSecrets } from './fake-secrets.js';
import { hanging } from './hanging.js';

it('a call of a hanging provider ends only when its signal fires', async () => {
  const caller = new AbortController();
  const call = hanging(fakeSecrets().provider).get({ name: 'a' }, { signal: caller.signal });
  await expect(Promise.race([call, Promise.resolve('in flight')])).resolves.toBe('in flight');
  caller.abort('cancelled');
  await expect(call).rejects.toBe('cancelled');
});

it('a call with a signal that has fired already ends at once', async () => {
  const call = hanging(fakeSecrets().provider).get({ name: 'a' }, { signal: AbortSignal.abort('cancelled') });
  await expect(call).rejects.toBe('cancelled');
});
