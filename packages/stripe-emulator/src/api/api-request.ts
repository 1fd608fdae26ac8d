import type { IncomingHttpHeaders } from 'node:http';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { EmulatorState } from '../state.js';

/** One request, read whole. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a request needs to be answered. */
export interface RequestContext {
  readonly options: ResolvedOptions;
  readonly state: EmulatorState;
  /** Fires when the emulator is reset or closes: the request then has no effect, and its answer goes nowhere. */
  readonly signal: AbortSignal;
}
