// Whoever answers in Stripe's place may echo what it was sent: only what is shaped as Stripe's own words is told.

/** The id of a request, for the details of an error. */
export function requestIdOf(told: unknown): { readonly requestId?: string } {
  return typeof told === 'string' && /^req_\w{1,60}$/.test(told) ? { requestId: told } : {};
}

/** Stripe's code for a failure, for the details of an error. */
export function vendorCodeOf(told: unknown): { readonly vendorCode?: string } {
  return typeof told === 'string' && /^[a-z][a-z_]{1,60}$/.test(told) ? { vendorCode: told } : {};
}
