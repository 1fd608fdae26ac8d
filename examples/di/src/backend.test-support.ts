import type { SecretProvider } from '@secretkit/core';
import { type FakeSecrets, fakeSecrets } from '@secretkit/testing';
import { vi } from 'vitest';

/** A backend with a token of the platform and of two accounts. It counts calls and closings. */
export async function backendOfTwo(): Promise<{
  readonly backend: SecretProvider;
  readonly fake: FakeSecrets;
  readonly closed: () => number;
}> {
  const fake = fakeSecrets({ initial: { 'partner-token': 'of the platform' } });
  for (const account of ['acct_1', 'acct_2']) {
    await fake.put({ name: 'partner-token', scope: { account } }, `of ${account}`);
  }
  let times = 0;
  const close = async (): Promise<void> => {
    times += 1;
  };
  return { fake, backend: { ...fake.provider, [Symbol.asyncDispose]: close }, closed: () => times };
}

/** Puts a partner in the place of the network. It answers with the credential, and refuses that of an account. */
export function stubPartner(refused?: unknown): void {
  vi.stubGlobal('fetch', async (...[url, init]: Parameters<typeof fetch>) => {
    const credential = new Request(url, init).headers.get('authorization');
    return new Response(credential, { status: credential === refused ? 401 : 200 });
  });
}
