import type { ApiRequest } from '../api/api-request.js';
import { checkFault } from '../faults/check-fault.js';
import type { EmulatorState } from '../state.js';
import { summary } from '../store/emulator-secrets.js';
import { jsonReply, type Reply } from './reply.js';

const prefix = '/_emulator/';

/** Whether a path is for the emulator itself, not for Stripe's API. */
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

/** Answers the requests that script and watch the emulator from another process: names only, never a payload. */
export function handleControl(request: ApiRequest, state: EmulatorState): Reply {
  const route = routes.get(`${request.method} ${request.path}`);
  return route ? route(request, state) : refusal(404, `There are ${[...routes.keys()].join(', ')}.`);
}

function addFault({ headers, body }: ApiRequest, state: EmulatorState): Reply {
  if (!headers['content-type']?.startsWith('application/json')) {
    return refusal(415, 'Send the fault as application/json.');
  }
  try {
    state.faults.add(checkFault(parse(body)));
    return listFaults(201, state);
  } catch (error) {
    return refusal(400, error instanceof TypeError ? error.message : 'The fault is wrong.');
  }
}

/** JSON has no Infinity: `null` stands for it, both ways. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body, (field, value: unknown) =>
      field === 'times' && value === null ? Number.POSITIVE_INFINITY : value,
    );
  } catch {
    throw new TypeError('the body is not JSON'); // the parser's own message quotes the body
  }
}

function listFaults(status: number, state: EmulatorState): Reply {
  return jsonReply(status, { faults: state.faults.pending() });
}

function refusal(status: number, message: string): Reply {
  return jsonReply(status, { error: { message } });
}
