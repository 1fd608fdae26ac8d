import { kindOf } from '@secretkit/core/provider';

/** The URL of an API. */
export interface BaseUrl {
  readonly url: URL;
  /** Whether requests leave this machine without TLS. */
  readonly insecure: boolean;
}

/**
 * Checks the option `baseUrl` of `owner`.
 *
 * @throws `TypeError` for anything but a URL with TLS, on this machine, or allowed. The URL is never quoted.
 */
export function checkBaseUrl(owner: string, baseUrl: unknown, allowInsecure: boolean): BaseUrl {
  const refuse = (expected: string): TypeError => new TypeError(`${owner}: baseUrl must be ${expected}.`);
  if (typeof baseUrl !== 'string')
    throw refuse(`a URL, such as https://vault.example, got ${kindOf(baseUrl)}`);
  if (!URL.canParse(baseUrl)) throw refuse('a URL, such as https://vault.example, got an invalid URL');
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refuse('a URL with https: or http:, got a URL with another scheme');
  }
  if (url.username || url.password) throw refuse('a URL without credentials, got a URL with credentials');
  if (/[?#]/.test(baseUrl)) {
    throw refuse('a URL without a query and a fragment, got one of them');
  }
  const insecure = url.protocol === 'http:' && !isOnThisMachine(url);
  if (insecure && !allowInsecure) {
    throw refuse(
      'a URL with https: unless it is on this machine, got http: to another host, which sends the credential without TLS. ' +
        'For an emulator on a network of containers, set allowInsecure',
    );
  }
  return { url, insecure };
}

/** Checks the option `allowInsecure` of `owner`. @throws `TypeError` for anything but a boolean. */
export function checkAllowInsecure(owner: string, allowInsecure: unknown): void {
  if (typeof allowInsecure === 'boolean') return;
  throw new TypeError(`${owner}: allowInsecure must be a boolean, got ${kindOf(allowInsecure)}.`);
}

/** Whether the host of a URL is this machine, so that its requests need no TLS. */
export function isOnThisMachine({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
