// A proxy may echo the request in the place of an id or a code. So these accept only text in the format that Stripe uses.

/** Returns the id of a request, for the details of an error; nothing when it is not in Stripe's format. */
export function requestIdOf(text: unknown): { readonly requestId?: string } {
  return typeof text === 'string' && /^req_\w{1,60}$/.test(text) ? { requestId: text } : {};
}

/** Returns Stripe's error code, for the details of an error; nothing when it is not in Stripe's format. */
export function vendorCodeOf(text: unknown): { readonly vendorCode?: string } {
  return typeof text === 'string' && /^[a-z][a-z_]{1,60}$/.test(text) ? { vendorCode: text } : {};
}
