import { expectNoLeak } from '@secretkit/conformance';
import { isSecretError } from '@secretkit/core/provider';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, parseText } from './parse-output.js';

const canary = 'CANARY-not-a-real-secret';
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function failureOf(parse: () => unknown): unknown {
  try {
    parse();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('parseJson', () => {
  it.each([
    [{ value: 'x' }, undefined, undefined],
    [{ value: 'x', version: '7' }, undefined, '7'],
    [{ value: 'x', expiresAt: '2030-01-01T00:00Z' }, 1_893_456_000_000, undefined],
    [{ value: 'x', expiresAt: '2030-01-01T00:00:00.123456789-00:00' }, 1_893_456_000_123, undefined],
  ])('seals %j', (record, expiresAtMs, version) => {
    const secret = parseJson(bytesOf(` ${JSON.stringify(record)}\n`));
    expect([secret?.reveal(), secret?.expiresAt?.getTime(), secret?.version]).toEqual([
      'x',
      expiresAtMs,
      version,
    ]);
  });

  it('takes an empty value for a missing secret', () => {
    expect(parseJson(bytesOf('{"value":""}'))).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['a newline', '\n'],
    ['a text', canary],
    ['a part of an object', `{"value":"${canary}`],
    ['two objects', `{"value":"${canary}"}{"value":"${canary}"}`],
    ['a string', `"${canary}"`],
    ['null', 'null'],
    ['a list', `["${canary}"]`],
    ['no value', `{"version":"${canary}"}`],
    ['a null', '{"value":null}'],
    ['a number', '{"value":12345678}'],
    ['an object as the value', `{"value":{"a":"${canary}"}}`],
    ['another field', `{"value":"x","${canary}":1}`],
    ['a prototype', `{"value":"x","__proto__":{"a":"${canary}"}}`],
    ['a lone surrogate', `{"value":"${canary}\\ud800"}`],
    ['an expiry in seconds', '{"value":"x","expiresAt":1893456000}'],
    ['an expiry of null', '{"value":"x","expiresAt":null}'],
    ['an expiry without a time zone', '{"value":"x","expiresAt":"2030-01-01T00:00:00"}'],
    ['an expiry that is a day', '{"value":"x","expiresAt":"2030-01-01"}'],
    ['an expiry that does not exist', '{"value":"x","expiresAt":"2030-13-01T00:00:00Z"}'],
    ['an expiry that is another text', `{"value":"x","expiresAt":"${canary}"}`],
    ['an empty version', '{"value":"x","version":""}'],
    ['a version that is a number', '{"value":"x","version":1}'],
    ['a version with a newline', `{"value":"x","version":"${canary}\\n"}`],
  ])('refuses %s, and quotes nothing', (_, json) => {
    const error = failureOf(() => parseJson(bytesOf(json)));
    expect(isSecretError(error, 'invalid_data')).toBe(true);
    expectNoLeak(canary, error);
  });

  it('refuses what is not UTF-8', () => {
    const error = failureOf(() =>
      parseJson(new Uint8Array([...bytesOf('{"value":"'), 0xff, ...bytesOf('"}')])),
    );
    expect(isSecretError(error, 'invalid_data')).toBe(true);
  });

  it('returns any text as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (value) => {
        expect(parseJson(bytesOf(JSON.stringify({ value })))?.reveal()).toBe(value);
      }),
      { seed: 1 },
    );
  });
});

describe('parseText', () => {
  it('drops one newline, which is what a command adds to any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.constantFrom('\n', '\r\n'),
        (value, newline) => {
          const printed = value.endsWith('\r') && newline === '\n' ? `${value}x` : value; // its return is of the newline
          expect(parseText(bytesOf(printed + newline), false).reveal()).toBe(printed);
          expect(parseText(bytesOf(printed + newline), true).reveal()).toBe(printed + newline);
        },
      ),
      { seed: 1 },
    );
  });

  it('returns any bytes that are not UTF-8 as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const printed = new Uint8Array([0xff, ...bytes]);
        expect([...parseText(printed, false).bytes()]).toEqual([...printed]);
      }),
      { seed: 1 },
    );
  });
});
