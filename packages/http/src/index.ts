export { createHttp } from './create-http.js';
export type { HttpError, HttpErrors, HttpFailure } from './http-error.js';
export type { HttpOptions } from './http-options.js';
export type { Http, HttpAnswer, HttpHeaders, HttpQuery, HttpRequest } from './http-request.js';
