import { ApiFailure } from './api-failure.js';

// Refusals in the emulator's own words: Stripe's are not known, or there are none.

/** A live key must not travel to a test server. */
export function liveKeyRefused(): ApiFailure {
  return new ApiFailure({
    status: 401,
    message:
      'This is the Secret Store emulator, not Stripe, and it refuses live keys: use a key that starts with sk_test_. To try live mode with a made-up key, start it with allowLiveKeys, or --allow-live-keys.',
  });
}

export function hostNotAllowed(): ApiFailure {
  return new ApiFailure({
    status: 403,
    message:
      'The emulator answers only requests whose Host header is a loopback name. Start it with allowRemote to lift this.',
  });
}

/** A secret key never comes from a page, so what a page sends is an attack or a mistake. */
export function crossOriginRequest(): ApiFailure {
  return new ApiFailure({
    status: 403,
    message: 'The emulator answers no pages in a browser: a request with an Origin header is refused.',
  });
}

export function accountAndContext(): ApiFailure {
  return new ApiFailure({
    status: 400,
    message: 'The Stripe-Account and Stripe-Context headers name different accounts. Send only one of them.',
  });
}

export function bodyTooLarge(maxBytes: number): ApiFailure {
  return new ApiFailure({ status: 413, message: `The request body is larger than ${maxBytes} bytes.` });
}

export function badEncoding(): ApiFailure {
  return new ApiFailure({
    status: 400,
    message: 'Invalid request: the parameters are not percent-encoded UTF-8.',
  });
}

export function badVersion(): ApiFailure {
  return new ApiFailure({
    status: 400,
    message: 'Invalid Stripe API version in the Stripe-Version header: it must look like 2026-10-28.endive.',
  });
}

export function idempotencyKeyTooLong(maxLength: number): ApiFailure {
  return new ApiFailure({
    status: 400,
    type: 'idempotency_error',
    message: `The idempotency key must be at most ${maxLength} characters.`,
  });
}
