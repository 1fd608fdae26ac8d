import type { Secret } from '@secretkit/core/provider';
import type { ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { expectCalls, expectCode, expectMissing, expectValue } from '../outcome.js';
import { withCapability } from './with-capability.js';

const name = 'conformance-binary';
const canary = 'CANARY-not-a-real-secret';
const notText = new Uint8Array([0x00, 0xff, 0xfe, 0x80]);

/** Values that known stores and tools change. */
const delicate: Readonly<Record<string, Uint8Array>> = {
  'bytes that are not UTF-8': notText,
  'bytes of a text in base64': new TextEncoder().encode('AP/+gA=='),
  'bytes of a text': new TextEncoder().encode(' text 🔑\n'),
  'a byte order mark and a NUL': new Uint8Array([0xef, 0xbb, 0xbf, 0x00]),
  'every byte': Uint8Array.from({ length: 256 }, (_, at) => at),
};

/** Binary values. A backend of texts must refuse them. */
export const bytes: readonly ProviderCase[] = [
  ...Object.entries(delicate).map(([what, value], at) =>
    withCapability('set', {
      id: `bytes/delicate-${at + 1}`,
      title: `a binary value is returned byte for byte, or refused before any call by a backend of texts: ${what}`,
      why: 'a key file that is decoded as a text is broken for good',
      async run({ secrets, calls, traits: { textOnly = false } }: TestContext) {
        if (textOnly) {
          await expectCalls(0, calls, () => expectCode(() => secrets.set(name, value), 'invalid_argument'));
          await expectMissing(() => secrets.get(name));
          return;
        }
        await secrets.set(name, value);
        expectBytes(await secrets.require(name, { fresh: true }), value);
        expectBytes(await secrets.require(name), value);
        const { one } = await secrets.getMany({ one: name, two: 'conformance-none' });
        expectBytes(one, value);
        if (!secrets.can('compareAndSet')) return;
        await secrets.compareAndSet(`${name}-compared`, value, undefined);
        expectBytes(await secrets.require(`${name}-compared`), value);
      },
    }),
  ),
  withCapability('set', {
    id: 'bytes/format',
    title: 'a value that is not UTF-8 has the format base64, and a later text has the format text',
    why: 'a caller decides by the format how to use the value',
    async run({ secrets, traits: { textOnly = false } }) {
      if (!textOnly) {
        await secrets.set(name, notText);
        expectFormat(await secrets.require(name), 'base64');
      }
      await secrets.set(name, 'AP/+gA==');
      expectFormat(await secrets.require(name), 'text');
      await expectValue(() => secrets.get(name), 'AP/+gA==');
    },
  }),
  withCapability('set', {
    id: 'bytes/empty',
    title: 'an empty array is refused before any call, and the old value remains',
    why: 'a file that failed to load is empty, and a secret is cleared with delete',
    async run({ secrets, put, calls }) {
      await put({ name }, 'kept');
      await expectCalls(0, calls, () =>
        expectCode(() => secrets.set(name, new Uint8Array()), 'invalid_argument'),
      );
      await expectValue(() => secrets.get(name), 'kept');
    },
  }),
  {
    id: 'bytes/text',
    title: 'the bytes of a text are its UTF-8, and its format is text',
    why: 'a library that wants bytes must get those of the stored text',
    async run({ secrets, put }) {
      await put({ name }, 'clé 🔑');
      const secret = await secrets.require(name);
      expectFormat(secret, 'text');
      expectBytes(secret, new TextEncoder().encode('clé 🔑'));
    },
  },
  {
    id: 'bytes/read',
    title: 'a binary value of the backend is returned byte for byte',
    why: 'other programs store key files, which are not texts',
    async run({ secrets, putBytes }) {
      if (!putBytes) return;
      await putBytes({ name }, notText);
      const secret = await secrets.require(name);
      expectFormat(secret, 'base64');
      expectBytes(secret, notText);
    },
  },
  {
    id: 'bytes/secrecy',
    title: 'a binary value is not shown when it is printed, as text, in base64 or in hexadecimal',
    why: 'results are logged',
    async run({ secrets, provider, putBytes }) {
      if (!putBytes) return;
      await putBytes({ name }, new Uint8Array([...new TextEncoder().encode(canary), 0xff]));
      expectNoLeak(canary, await secrets.require(name));
      expectNoLeak(canary, provider);
      expectNoLeak(canary, secrets);
    },
  },
];

function expectBytes(secret: Secret | undefined, expected: Uint8Array): void {
  const first = secret?.bytes() ?? new Uint8Array();
  expectThat(isSame(first, expected), `the stored ${expected.length} bytes`, `${first.length} other bytes`);
  first.fill(1);
  const isUnchanged = isSame(secret?.bytes() ?? first, expected);
  expectThat(isUnchanged, 'new bytes from each call', 'bytes that a caller has changed');
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function expectFormat({ format }: Secret, expected: Secret['format']): void {
  expectThat(format === expected, `the format ${expected}`, format);
}
