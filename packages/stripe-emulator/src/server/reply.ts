import { ApiFailure, errorEnvelope, type RequestLogLink } from '../api/api-failure.js';

/** An HTTP response before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Returns a JSON response with the indentation of Stripe. */
export function jsonReply(status: number, body: unknown, headers: Reply['headers'] = {}): Reply {
  return { status, headers, body: `${JSON.stringify(body, null, 2)}\n` };
}

/** Returns the response for an error: Stripe's envelope, or a 500 for a defect of the emulator. */
export function failureReply(error: unknown, link?: RequestLogLink): Reply {
  const { detail } =
    error instanceof ApiFailure
      ? error
      : new ApiFailure({
          status: 500,
          type: 'api_error',
          message: 'emulator: the request failed because of a defect in the emulator.',
        });
  return jsonReply(detail.status, errorEnvelope(detail, link), detail.headers);
}
