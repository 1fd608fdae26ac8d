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
  const base64 = btoa(String.fromCharCode(...bytes));
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    base64.replace(/=+$/, ''),
    base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  ];
}
