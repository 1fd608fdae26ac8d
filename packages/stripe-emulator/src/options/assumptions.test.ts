import { describe, expect, test } from 'vitest';
import { sdk } from '../../test-support/sdk.js';
import { errorOf, fakeClock, raw, useEmulator } from '../../test-support/use-emulator.js';
import type { Assumptions } from './assumptions.js';

const scope = { type: 'account' } as const;
const find = '/v1/apps/secrets/find?scope[type]=account&name=a';

async function use(assume: Assumptions) {
  const clock = fakeClock();
  const emulator = await useEmulator({ now: clock.now, assume });
  return { clock, emulator, secrets: sdk(emulator).apps.secrets };
}

test('deleteBody full: a delete answers with the whole secret', async () => {
  const { secrets } = await use({ deleteBody: 'full' });
  const made = await secrets.create({ scope, name: 'a', payload: 'p' });
  const gone = await secrets.deleteWhere({ scope, name: 'a' });
  expect(JSON.parse(JSON.stringify(gone))).toEqual({ ...made, deleted: true });
});

describe('a replacement', () => {
  test.each([
    { assume: {}, sameId: true, sameCreated: true },
    { assume: { replaceKeepsId: false }, sameId: false, sameCreated: true },
    { assume: { replaceKeepsCreated: false }, sameId: true, sameCreated: false },
  ])('under $assume keeps its id: $sameId, its created: $sameCreated', async (row) => {
    const { clock, secrets } = await use(row.assume);
    const first = await secrets.create({ scope, name: 'a', payload: 'p' });
    clock.advance(5000);
    await secrets.create({ scope, name: 'b', payload: 'p' });
    clock.advance(5000);
    const second = await secrets.create({ scope, name: 'a', payload: 'p' });
    expect(second.id === first.id).toBe(row.sameId);
    expect(second.created === first.created).toBe(row.sameCreated);
    const { data } = await secrets.list({ scope });
    expect(data.map(({ name }) => name)).toEqual(row.sameCreated ? ['b', 'a'] : ['a', 'b']);
  });

  test.each([true, false])('without expires_at clears the expiry: %s', async (replaceClearsExpiry) => {
    const { clock, secrets } = await use({ replaceClearsExpiry });
    const expires_at = clock.now() / 1000 + 60;
    await secrets.create({ scope, name: 'a', payload: 'p', expires_at });
    const second = await secrets.create({ scope, name: 'a', payload: 'q' });
    expect(second.expires_at).toBe(replaceClearsExpiry ? null : expires_at);
  });
});

test('quotaError: the eleventh secret is refused as told', async () => {
  const { emulator, secrets } = await use({ quotaError: { status: 402, code: 'quota', message: 'Full.' } });
  for (let n = 0; n < 10; n += 1) emulator.secrets.put({ name: `s${n}`, payload: 'p' });
  await expect(secrets.create({ scope, name: 'more', payload: 'p' })).rejects.toMatchObject({
    statusCode: 402,
    code: 'quota',
    message: 'Full.',
  });
});

test.each([
  { lengthUnit: 'codePoints', fits: '😀'.repeat(5000), over: 'é'.repeat(5001) },
  { lengthUnit: 'utf16', fits: 'é'.repeat(5000), over: '😀'.repeat(2501) },
  { lengthUnit: 'bytes', fits: 'é'.repeat(2500), over: 'é'.repeat(2501) },
] as const)('lengthUnit $lengthUnit is what the limit of 5000 counts', async ({ lengthUnit, fits, over }) => {
  const { secrets } = await use({ lengthUnit });
  await secrets.create({ scope, name: 'a', payload: fits });
  await expect(secrets.create({ scope, name: 'a', payload: over })).rejects.toMatchObject({
    param: 'payload',
  });
});

test.each([true, false])(
  'lengthErrorEchoesValue %s decides whether the error quotes the value',
  async (echo) => {
    const { secrets } = await use({ lengthErrorEchoesValue: echo });
    const failure: unknown = await secrets
      .create({ scope, name: 'a', payload: 'x'.repeat(5001) })
      .catch((error: unknown) => error);
    expect(String(failure).includes('xxxx')).toBe(echo);
  },
);

test.each([true, false])('caseSensitiveNames %s decides whether A is a', async (caseSensitiveNames) => {
  const { emulator } = await use({ caseSensitiveNames });
  emulator.secrets.put({ name: 'A', payload: 'p' });
  expect((await raw(emulator, find)).status).toBe(caseSensitiveNames ? 404 : 200);
});

test.each([null, 'name'])('notFoundParam %s is the param of a 404', async (notFoundParam) => {
  const { emulator } = await use({ notFoundParam });
  expect(errorOf(await raw(emulator, find))['param']).toBe(notFoundParam ?? undefined);
});

test.each([400, 401, 403] as const)(
  'accountErrorStatus %d is the status of account_invalid',
  async (status) => {
    const { emulator } = await use({ accountErrorStatus: status });
    const answer = await raw(emulator, find, { headers: { 'stripe-account': 'nonsense' } });
    expect(answer.status).toBe(status);
    expect(errorOf(answer)['code']).toBe('account_invalid');
  },
);

test('restrictedKeyPermission is what a restricted key is said to lack', async () => {
  const { emulator } = await use({ restrictedKeyPermission: 'rak_other' });
  expect((await raw(emulator, find, { key: 'rk_test_1' })).text).toContain("'rak_other'");
});

test('listOrder oldestFirst turns the list around', async () => {
  const { clock, emulator, secrets } = await use({ listOrder: 'oldestFirst' });
  for (const name of ['a', 'b', 'c']) {
    emulator.secrets.put({ name, payload: 'p' });
    clock.advance(1000);
  }
  const all = await secrets.list({ scope, limit: 1 }).autoPagingToArray({ limit: 10 });
  expect(all.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test('listExpandsPayload false: data.payload cannot be expanded', async () => {
  const { secrets } = await use({ listExpandsPayload: false });
  await expect(secrets.list({ scope, expand: ['data.payload'] })).rejects.toMatchObject({ statusCode: 400 });
});
