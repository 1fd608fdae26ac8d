/** How a value may look after somebody has encoded it. */
export interface Needles {
  isIn(text: string): boolean;
}

const shortest = 8;

/**
 * The forms of values to look for: as they are, within JSON, in a URL, in base64 and in hexadecimal.
 *
 * @throws `TypeError` for a value that is so short that it may be anywhere by chance.
 */
export function needlesFor(canary: string | readonly string[]): Needles {
  const values = typeof canary === 'string' ? [canary] : canary;
  if (!Array.isArray(values)) {
    throw new TypeError(
      'A canary is a string or a list of them. It comes first: expectNoLeak(canary, thing).',
    );
  }
  if (values.length === 0 || values.some((value) => typeof value !== 'string' || value.length < shortest)) {
    throw new TypeError(
      `A canary has ${shortest} characters at least: a shorter one may be anywhere by chance.`,
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

/** What a value looks like in the base64 of a longer text, so many bytes after its start. */
function base64Within(bytes: Uint8Array, before: number): string[] {
  const padded = new Uint8Array([...new Array<number>(before).fill(0), ...bytes]);
  const whole = btoa(String.fromCharCode(...padded)).replace(/=+$/, '');
  const start = Math.ceil((before * 8) / 6); // the characters that hold bits of what is before
  const end = Math.floor((padded.length * 8) / 6); // and of what is behind
  const base64 = whole.slice(start, end);
  return [base64, base64.replaceAll('+', '-').replaceAll('/', '_')];
}
