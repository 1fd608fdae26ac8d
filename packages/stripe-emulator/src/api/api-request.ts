import type { IncomingHttpHeaders } from 'node:http';
import type { DashboardSession } from '../dashboard/dashboard-session.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { EmulatorState } from '../state.js';

/** One request, with its whole body. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Options and state with which a request is processed. */
export interface RequestContext {
  readonly options: ResolvedOptions;
  readonly state: EmulatorState;
  /** The session of the Dashboard, for a request of a UI extension. */
  readonly session?: Pick<DashboardSession, 'account' | 'user'> | undefined;
  /** Aborts when the emulator is reset or closes. The request must then change nothing and send no response. */
  readonly signal: AbortSignal;
}
