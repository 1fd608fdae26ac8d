import type { ApiRequest } from '../api/api-request.js';
import { checkFault } from '../faults/check-fault.js';
import type { EmulatorState } from '../state.js';
import { summary } from '../store/emulator-secrets.js';
import { jsonReply, type Reply } from './reply.js';

const prefix = '/_emulator/';

/** Returns whether a path belongs to the control endpoint, not to Stripe's API. */
export function isControlPath(path: string): boolean {
  return path.startsWith(prefix);
}

const routes: ReadonlyMap<string, (request: ApiRequest, state: EmulatorState) => Reply> = new Map([
  [
    'GET /_emulator/state',
    (_, state) =>
      jsonReply(200, {
        requests: state.log.count(),
        faults: state.faults.pending(),
        secrets: state.store.all().map(summary),
      }),
  ],
  ['GET /_emulator/requests', (_, state) => jsonReply(200, { requests: state.log.list() })],
  ['GET /_emulator/faults', (_, state) => listFaults(200, state)],
  ['POST /_emulator/faults', addFault],
  [
    'DELETE /_emulator/faults',
    (_, state) => {
      state.faults.clear();
      return listFaults(200, state);
    },
  ],
  [
    'POST /_emulator/reset',
    (_, state) => {
      state.reset();
      return jsonReply(200, {});
    },
  ],
]);

/** Processes a request of another process that controls the emulator. Responses contain names, never payloads. */
export function handleControl(request: ApiRequest, state: EmulatorState): Reply {
  const route = routes.get(`${request.method} ${request.path}`);
  return route
    ? route(request, state)
    : refusal(404, `control: unknown route. Known routes: ${[...routes.keys()].join(', ')}.`);
}

function addFault({ headers, body }: ApiRequest, state: EmulatorState): Reply {
  if (!headers['content-type']?.startsWith('application/json')) {
    return refusal(415, 'faults.add: Content-Type must be application/json, got another type.');
  }
  try {
    state.faults.add(checkFault(parse(body)));
    return listFaults(201, state);
  } catch (error) {
    return refusal(
      400,
      error instanceof TypeError ? error.message : 'faults.add: fault must be valid, got an unknown failure.',
    );
  }
}

/** Parses JSON. In `times`, `null` means `Infinity`, which JSON does not have. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body, (field, value: unknown) =>
      field === 'times' && value === null ? Number.POSITIVE_INFINITY : value,
    );
  } catch {
    throw new TypeError('faults.add: body must be JSON, got other text.'); // the parser's error quotes the body
  }
}

function listFaults(status: number, state: EmulatorState): Reply {
  return jsonReply(status, { faults: state.faults.pending() });
}

function refusal(status: number, message: string): Reply {
  return jsonReply(status, { error: { message } });
}
