import type { FaultName } from '@secretkit/conformance';
import { answers, type Fault } from './vault-proxy.js';

const canary = 'CANARY-not-a-real-secret';
const html = { 'content-type': 'text/html' };

/** The texts with which the server refuses a token that is dead, and a path that no policy allows. */
const deadToken = { errors: ['permission denied'] };
const deniedPath = { errors: ['1 error occurred:\n\t* permission denied\n\n'] };

/** What the server, or a proxy before it, answers by the fault that the kit asks for. */
export const serverFaults: Readonly<Partial<Record<FaultName, Fault>>> = {
  unauthorized: answers(403, deadToken),
  forbidden: answers(403, deniedPath),
  rateLimited: answers(429, { errors: [`request path "${canary}": rate limit quota exceeded`] }),
  routeNotFound: answers(404, { errors: [`no handler for route "${canary}". route entry not found.`] }),
  conflict: answers(400, { errors: ['check-and-set parameter did not match the current version'] }),
  failedDependency: answers(424, { errors: [canary] }),
  serverError: answers(500, { errors: [canary] }),
  overloaded: answers(503, { errors: ['Vault is sealed'] }),
  html: answers(200, `<html>${canary}</html>`, html),
  redirect: answers(307, '', { location: 'http://127.0.0.1:9/' }),
  reset: (response) => {
    response.socket?.resetAndDestroy();
    return false;
  },
  cutBody: (response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write(`{"data":{"data":{"value":"${canary}`, () => response.socket?.destroy());
    return false;
  },
  malformedBody: answers(200, `{"data":{"data":{"value":"${canary}`),
  wrongShape: answers(200, { data: canary }),
  withoutValue: answers(200, { data: { metadata: { version: 1, deletion_time: '', destroyed: false } } }),
  foreign: answers(418, { errors: [canary] }),
};

/** Never answers. */
export const hangs: Fault = () => false;
