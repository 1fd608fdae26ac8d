import { ApiFailure, errorEnvelope, type RequestLogLink } from '../api/api-failure.js';

/** An HTTP answer before it is written. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A JSON answer, printed as Stripe prints it. */
export function jsonReply(status: number, body: unknown, headers: Reply['headers'] = {}): Reply {
  return { status, headers, body: `${JSON.stringify(body, null, 2)}\n` };
}

/** The answer for something thrown on the way: Stripe's envelope, or a bare 500 for a defect of the emulator. */
export function failureReply(error: unknown, link?: RequestLogLink): Reply {
  const { detail } =
    error instanceof ApiFailure
      ? error
      : new ApiFailure({
          status: 500,
          type: 'api_error',
          message: 'The emulator failed to answer this request.',
        });
  return jsonReply(detail.status, errorEnvelope(detail, link), detail.headers);
}
