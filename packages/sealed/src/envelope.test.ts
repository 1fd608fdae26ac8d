import { expectNoLeak } from '@secretkit/conformance';
import { SecretError, seal } from '@secretkit/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeKms, fakeKms } from '../test/fake-kms.js';
import type { SealedCodecOptions } from './codec-options.js';
import { sealedCodec } from './sealed-codec.js';

const canary = 'CANARY-8c1f02d4';
const context = { use: 'table', ref: 'token' };
const content = { secret: seal(canary), fetchedAt: new Date(0) };
const unavailable = new SecretError('unavailable', 'the service is down.');

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function codecOf(kms: FakeKms, options: Partial<SealedCodecOptions> = {}) {
  return sealedCodec({
    keys: [{ id: 'kms', envelope: kms }],
    namespace: 'shop',
    now: () => nowMs,
    ...options,
  });
}

describe('an envelope', () => {
  it('wraps one data key for all records of a codec, which opens its own without a call', async () => {
    const kms = fakeKms();
    const codec = codecOf(kms);
    const records = await Promise.all([1, 2, 3].map(() => codec.seal(context, content)));
    for (const record of records) {
      expect(record).toMatch(/^sk1e\.kms\.[\w-]{22}\.[\w-]+\.[\w-]+$/);
      expect(await codec.open(context, record)).toMatchObject({ opened: true });
    }
    expect(kms.calls).toEqual({ wrap: 1, unwrap: 0 });
  });

  it('unwraps a data key once, for all concurrent and later readers', async () => {
    const kms = fakeKms();
    const record = await codecOf(kms).seal(context, content);
    const codec = codecOf(kms);
    const results = await Promise.all([1, 2, 3].map(() => codec.open(context, record)));
    results.push(await codec.open(context, record));
    expect(results.map((each) => each.opened && each.secret?.reveal())).toEqual(results.map(() => canary));
    expect(kms.calls.unwrap).toBe(1);
  });

  it('makes a new data key, and unwraps again, after the lifetime of a data key', async () => {
    const kms = fakeKms();
    const [writer, reader] = [codecOf(kms), codecOf(kms)];
    const first = await writer.seal(context, content);
    await reader.open(context, first);
    nowMs = 3_599_999;
    const second = await writer.seal(context, content);
    await reader.open(context, first);
    expect(kms.calls).toEqual({ wrap: 1, unwrap: 1 });
    nowMs = 3_600_000;
    const third = await writer.seal(context, content);
    await reader.open(context, first);
    expect(kms.calls).toEqual({ wrap: 2, unwrap: 2 });
    const wrapped = [first, second, third].map((record) => record.split('.')[4]);
    expect(wrapped.map((each) => wrapped.indexOf(each))).toEqual([0, 0, 2]);
    kms.fault = unavailable; // and a grant that was revoked
    nowMs = 7_200_000;
    expect(await reader.open(context, first)).toMatchObject({ reason: 'key_unavailable' });
  });

  it('remembers a failure, and calls again after its time', async () => {
    const kms = fakeKms();
    const record = await codecOf(kms).seal(context, content);
    const codec = codecOf(kms);
    kms.fault = unavailable;
    const failed = { opened: false, reason: 'key_unavailable', keyId: 'kms', code: 'unavailable' };
    expect(await codec.open(context, record)).toEqual(failed);
    await expect(codec.seal(context, content)).rejects.toMatchObject({ code: 'unavailable' });
    kms.fault = undefined;
    nowMs = 4_999;
    expect(await codec.open(context, record)).toEqual(failed);
    await expect(codec.seal(context, content)).rejects.toMatchObject({ code: 'unavailable' });
    expect(kms.calls).toEqual({ wrap: 2, unwrap: 1 });
    nowMs = 5_000;
    expect(await codec.open(context, record)).toMatchObject({ opened: true });
    expect(await codec.seal(context, content)).toMatch(/^sk1e/);
    expect(kms.calls).toEqual({ wrap: 3, unwrap: 2 });
  });

  it('remembers no failure if its time is 0', async () => {
    const kms = fakeKms();
    const codec = codecOf(kms, { failureTtlMs: 0 });
    kms.fault = unavailable;
    await expect(codec.seal(context, content)).rejects.toMatchObject({ code: 'unavailable' });
    kms.fault = undefined;
    expect(await codec.seal(context, content)).toMatch(/^sk1e/);
  });

  it.each<[string, Partial<SealedCodecOptions> & { id?: string }]>([
    ['another namespace', { namespace: 'other' }],
    ['another key id', { id: 'kms2' }],
  ])('binds the data key to the context: %s does not unwrap it', async (_, { id = 'kms', ...options }) => {
    const kms = fakeKms();
    const record = await codecOf(kms).seal(context, content);
    const codec = codecOf(kms, { keys: [{ id, envelope: kms }], ...options });
    const result = await codec.open(context, record.replace('.kms.', `.${id}.`));
    expect(result).toMatchObject({ opened: false, reason: 'key_unavailable', code: 'unknown' });
  });

  it('refuses a data key that was changed or exchanged', async () => {
    const kms = fakeKms();
    const [one, other] = [
      await codecOf(kms).seal(context, content),
      await codecOf(kms).seal(context, content),
    ];
    const codec = codecOf(kms);
    const exchanged = [...one.split('.').slice(0, 4), other.split('.')[4]].join('.');
    expect(await codec.open(context, exchanged)).toMatchObject({ reason: 'not_authentic' });
    const changed = one.replace(
      /\.(.)([\w-]+)$/,
      (_, first: string, rest: string) => `.${first === 'A' ? 'B' : 'A'}${rest}`,
    );
    expect(await codec.open(context, changed)).toMatchObject({ reason: 'key_unavailable' });
    expect(await codec.open(context, one.split('.').slice(0, 4).join('.'))).toMatchObject({
      reason: 'malformed',
    });
    const bare = one.split('.').slice(1, 4).join('.');
    expect(await codec.open(context, `sk1.${bare}`)).toMatchObject({ reason: 'not_authentic' });
  });

  it('ends a call after its time, and drops a late answer', async () => {
    vi.useFakeTimers();
    const kms = fakeKms();
    let late: (error: Error) => void = () => undefined;
    kms.fault = new Promise((_, reject) => (late = reject));
    const codec = codecOf(kms);
    const sealing = codec.seal(context, content).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await sealing).toMatchObject({ code: 'timeout' });
    expect(vi.getTimerCount()).toBe(0);
    late(new Error(canary)); // an unhandled rejection would fail this test
    await vi.advanceTimersByTimeAsync(1);
  });

  it('lets one caller go, and keeps the call for the others', async () => {
    const kms = fakeKms();
    const codec = codecOf(kms);
    const leaving = new AbortController();
    const gone = codec.seal(context, content, { signal: leaving.signal });
    const staying = codec.seal(context, content);
    leaving.abort('gone');
    await expect(gone).rejects.toBe('gone');
    expect(await staying).toMatch(/^sk1e/);
    expect(kms.calls.wrap).toBe(1);
    const record = await staying;
    const reader = codecOf(kms);
    const left = new AbortController();
    const opening = reader.open(context, record, { signal: left.signal });
    left.abort('left');
    await expect(opening).rejects.toBe('left');
  });

  it.each<[string, object, string]>([
    ['an error that quotes the key', { wrap: () => Promise.reject(new Error(canary)) }, 'unknown'],
    [
      'a thrown text',
      {
        wrap: () => {
          throw canary as unknown as Error;
        },
      },
      'unknown',
    ],
    ['a text', { wrap: async () => canary }, 'invalid_data'],
    ['no bytes', { wrap: async () => new Uint8Array() }, 'invalid_data'],
    ['too many bytes', { wrap: async () => new Uint8Array(6_145) }, 'invalid_data'],
  ])('that answers a wrap with %s fails without quoting it', async (_, methods, code) => {
    const codec = codecOf(Object.assign(fakeKms(), methods));
    const error: unknown = await codec.seal(context, content).catch((each: unknown) => each);
    expect(error).toMatchObject({ code });
    expectNoLeak(canary, error);
  });

  it('that unwraps to another number of bytes fails', async () => {
    const kms = fakeKms();
    const record = await codecOf(kms).seal(context, content);
    const codec = codecOf(Object.assign(kms, { unwrap: async () => new Uint8Array(31) }));
    expect(await codec.open(context, record)).toMatchObject({
      reason: 'key_unavailable',
      code: 'invalid_data',
    });
  });

  it('is called by each request alone on Cloudflare Workers, and still remembered', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    const kms = fakeKms();
    const record = await codecOf(kms).seal(context, content);
    const codec = codecOf(kms);
    await Promise.all([codec.open(context, record), codec.open(context, record)]);
    await codec.open(context, record);
    expect(kms.calls.unwrap).toBe(2);
  });

  it('can follow a key of bytes: both open', async () => {
    const kms = fakeKms();
    const bytes = { id: 'old', key: new Uint8Array(32).fill(1) };
    const record = await sealedCodec({ keys: [bytes], namespace: 'shop' }).seal(context, content);
    const codec = codecOf(kms, { keys: [{ id: 'kms', envelope: kms }, bytes] });
    expect(await codec.open(context, record)).toMatchObject({ opened: true, keyId: 'old' });
  });
});
