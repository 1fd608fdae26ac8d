import { kindOf } from '@secretkit/core/provider';

/** The encoded forms of values to search for. */
export interface Needles {
  /** Whether the text has one of them. */
  isIn(text: string): boolean;
}

const shortest = 8;

/**
 * Returns the forms of values to search for: plain, within JSON, in a URL, in base64 and in hexadecimal.
 *
 * @throws `TypeError` for a value so short that it can be found by accident.
 */
export function needlesFor(canary: string | readonly string[]): Needles {
  const values = typeof canary === 'string' ? [canary] : canary;
  if (!Array.isArray(values)) {
    throw new TypeError(
      `expectNoLeak: canary must be a string or a list of strings, got ${kindOf(canary)}. ` +
        'It is the first argument: expectNoLeak(canary, thing).',
    );
  }
  if (values.length === 0 || values.some((value) => typeof value !== 'string' || value.length < shortest)) {
    throw new TypeError(
      `expectNoLeak: canary must have at least ${shortest} characters. A shorter one can be found by accident.`,
    );
  }
  const forms = [...new Set(values.flatMap(formsOf))];
  return { isIn: (text) => forms.some((form) => text.includes(form)) };
}

function formsOf(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  const inJson = JSON.stringify(value).slice(1, -1);
  const hexadecimal = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [
    value,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll('%20', '+'),
    hexadecimal,
    hexadecimal.toUpperCase(),
    ...[0, 1, 2].flatMap((before) => base64Within(bytes, before)),
  ];
}

/** Returns the base64 form of a value that starts at this byte of a longer text. */
function base64Within(bytes: Uint8Array, before: number): string[] {
  const padded = new Uint8Array([...new Array<number>(before).fill(0), ...bytes]);
  const whole = btoa(String.fromCharCode(...padded)).replace(/=+$/, '');
  const start = Math.ceil((before * 8) / 6); // after the characters with bits of the text before
  const end = Math.floor((padded.length * 8) / 6); // before those with bits of the text after
  const base64 = whole.slice(start, end);
  return [base64, base64.replaceAll('+', '-').replaceAll('/', '_')];
}
