import qs from 'qs';

/** A decoded form: strings, arrays and nested objects without a prototype. */
export interface Form {
  readonly [key: string]: undefined | string | Form | readonly (string | Form)[];
}

/**
 * Decodes a query string or form body as Stripe does: brackets raw or percent-encoded, `expand[]` or
 * `expand[0]`, a space as `+` or `%20`.
 */
export function decodeForm(text: string): Form {
  // qs ends a key at the first `]=`, even inside a value. Encoding every later `=` prevents this.
  const escaped = text
    .split('&')
    .map((pair) => {
      const end = pair.indexOf('=');
      return end === -1 ? pair : pair.slice(0, end + 1) + pair.slice(end + 1).replaceAll('=', '%3D');
    })
    .join('&');
  return qs.parse(escaped, { plainObjects: true, arrayLimit: 100, depth: 3 });
}
