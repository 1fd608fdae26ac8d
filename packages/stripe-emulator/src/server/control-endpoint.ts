import type { ApiRequest } from '../api/handle-request.js';
import { checkFault } from '../faults/check-fault.js';
import type { EmulatorState } from '../state.js';
import { summary } from '../store/secrets-back-door.js';
import { jsonReply, type Reply } from './reply.js';

const prefix = '/_emulator/';

/** Whether a path is for the emulator itself, not for Stripe's API. */
export function isControlPath(path: string): boolean {
  return path.startsWith(prefix);
}

/**
 * Answers the requests that script the emulator from another process. A page in a browser may not: a request
 * with an Origin header, or a body that is not declared as JSON, is refused.
 */
export function handleControl({ method, path, headers, body }: ApiRequest, state: EmulatorState): Reply {
  if (headers.origin !== undefined) return refusal(403, 'Pages in a browser may not control the emulator.');
  switch (`${method} ${path}`) {
    case 'GET /_emulator/state':
      return jsonReply(200, {
        requests: state.log.count(),
        faults: listFaults(state),
        secrets: state.store.all().map(summary),
      });
    case 'GET /_emulator/faults':
      return jsonReply(200, { faults: listFaults(state) });
    case 'POST /_emulator/faults':
      return headers['content-type']?.startsWith('application/json')
        ? addFault(body, state)
        : refusal(415, 'Send the fault as application/json.');
    case 'DELETE /_emulator/faults':
      state.faults.clear();
      return jsonReply(200, { faults: [] });
    case 'POST /_emulator/reset':
      state.reset();
      return jsonReply(200, {});
    default:
      return refusal(
        404,
        'There are GET /_emulator/state, GET, POST and DELETE /_emulator/faults, and POST /_emulator/reset.',
      );
  }
}

function addFault(body: string, state: EmulatorState): Reply {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return refusal(400, 'The body is not JSON.'); // the parser's own message quotes the body
  }
  try {
    state.faults.add(checkFault(value));
    return jsonReply(201, { faults: listFaults(state) });
  } catch (error) {
    return refusal(400, error instanceof TypeError ? error.message : 'The fault is wrong.');
  }
}

/** JSON has no Infinity: a fault for all requests shows `null` remaining. */
function listFaults(state: EmulatorState): readonly object[] {
  return state.faults.pending();
}

function refusal(status: number, message: string): Reply {
  return jsonReply(status, { error: { message } });
}
