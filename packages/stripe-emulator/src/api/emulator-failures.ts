import { ApiFailure } from './api-failure.js';

// Errors with messages of the emulator: Stripe's message is not known, or Stripe has no such error.

/** A live key must not be sent to a test server. */
export function liveKeyRefused(): ApiFailure {
  return new ApiFailure({
    status: 401,
    message:
      'emulator: API key must be a test key, got a live key. This is the Secret Store emulator, not Stripe. Use a key that starts with sk_test_. To test live mode with an invented key, start the emulator with allowLiveKeys or --allow-live-keys.',
  });
}

export function hostNotAllowed(): ApiFailure {
  return new ApiFailure({
    status: 403,
    message:
      'emulator: Host header must be a loopback name such as localhost, got another host. To allow every host, start the emulator with allowRemote or --allow-remote.',
  });
}

/** A web page must not have a secret key, so a request from a page is an attack or a mistake. */
export function crossOriginRequest(): ApiFailure {
  return new ApiFailure({
    status: 403,
    message:
      'emulator: request must not come from a web page in a browser, got a cross-origin request. Send it from a server.',
  });
}

export function accountAndContext(): ApiFailure {
  return new ApiFailure({
    status: 400,
    message:
      'emulator: Stripe-Account and Stripe-Context must be the same account, got different accounts. Send only one of the two headers.',
  });
}

export function bodyTooLarge(maxBytes: number): ApiFailure {
  return new ApiFailure({
    status: 413,
    message: `emulator: request body must be at most ${maxBytes} bytes, got more.`,
  });
}

export function badEncoding(): ApiFailure {
  return new ApiFailure({
    status: 400,
    message: 'emulator: parameters must be percent-encoded UTF-8, got invalid bytes.',
  });
}

export function badVersion(): ApiFailure {
  return new ApiFailure({
    status: 400,
    message: 'emulator: Stripe-Version must be an API version such as 2026-10-28.endive, got other text.',
  });
}

export function idempotencyKeyTooLong(maxLength: number): ApiFailure {
  return new ApiFailure({
    status: 400,
    type: 'idempotency_error',
    message: `emulator: Idempotency-Key must be at most ${maxLength} characters, got more.`,
  });
}

export function otherUser(): ApiFailure {
  return new ApiFailure({
    status: 403,
    message:
      'emulator: scope[user] must be the user of the session, got another user. In a UI extension, use userContext.id.',
    param: 'scope[user]',
  });
}
