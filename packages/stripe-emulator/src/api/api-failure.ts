/** The `type` of an error in Stripe's envelope. */
export type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

/** An error response of Stripe. */
export interface FailureDetail {
  readonly status: number;
  readonly message: string;
  /** @defaultValue 'invalid_request_error' */
  readonly type?: ErrorType;
  readonly code?: string | null;
  readonly param?: string | null;
  /** Additional headers of the response. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown while a request is processed. The response is Stripe's error envelope. */
export class ApiFailure extends Error {
  readonly detail: FailureDetail;
  constructor(detail: FailureDetail) {
    super(detail.message);
    this.name = 'ApiFailure';
    this.detail = detail;
  }
}

/** Data for the `request_log_url` of an error. Known after authentication. */
export interface RequestLogLink {
  readonly requestId: string;
  readonly livemode: boolean;
}

/** Returns Stripe's error envelope: keys in alphabetical order, without empty ones. */
export function errorEnvelope(detail: FailureDetail, link?: RequestLogLink): object {
  const { code, param } = detail;
  return {
    error: {
      ...(code ? { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` } : {}),
      message: detail.message,
      ...(param ? { param } : {}),
      ...(link
        ? {
            request_log_url: `https://dashboard.stripe.com/${link.livemode ? '' : 'test/'}logs/${link.requestId}`,
          }
        : {}),
      type: detail.type ?? 'invalid_request_error',
    },
  };
}
