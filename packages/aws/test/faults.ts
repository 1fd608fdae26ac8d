import type { ServerResponse } from 'node:http';
import type { FaultName } from '@secretkit/conformance';
import { type Fault, send } from './aws-server.js';

const canary = 'CANARY-not-a-real-secret';

/** The answers of AWS, or of a proxy in between, by the fault that the kit asks for. */
export const serverFaults: Readonly<Partial<Record<FaultName, Fault>>> = {
  unauthorized: fails('UnrecognizedClientException', 400),
  forbidden: fails('AccessDeniedException', 400),
  rateLimited: answers(429, {}),
  throttledByBody: fails('ThrottlingException', 400),
  routeNotFound: answers(404, `<html>${canary}</html>`, 'text/html'),
  conflict: answers(409, {}),
  failedDependency: answers(424, {}),
  serverError: fails('InternalFailure', 500),
  overloaded: fails('ServiceUnavailableException', 503),
  html: answers(200, `<html>${canary}</html>`, 'text/html'),
  redirect: (response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    return undefined;
  },
  reset: (response) => {
    response.socket?.resetAndDestroy();
    return undefined;
  },
  cutBody: (response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write(`{"SecretString":"${canary}`, () => response.socket?.destroy());
    return undefined;
  },
  malformedBody: answers(200, `{"SecretString":"${canary}`),
  cutList: (response, operation) => {
    if (!/\.(ListSecrets|GetParametersByPath)$/.test(operation)) return true;
    send(response, 200, { SecretList: [], Parameters: [], NextToken: 'always-the-same' });
    return undefined;
  },
  wrongShape: answers(200, {
    SecretList: 'none',
    Parameter: 'none',
    Parameters: 'none',
    SecretValues: 'none',
  }),
  withoutValue: (response, operation) => {
    const secret = { Name: 'x', ARN: 'arn:x', VersionId: 'v' };
    const isBatch = /\.(BatchGetSecretValue|GetParameters)$/.test(operation);
    send(
      response,
      200,
      isBatch ? { SecretValues: [secret], Parameters: [secret] } : { ...secret, Parameter: secret },
    );
    return undefined;
  },
  foreign: fails('AnErrorOfTomorrow', 418),
};

/** Where a request goes, for faults that no server can cause. */
export const redirections: Readonly<Partial<Record<FaultName, (request: HttpRequest) => void>>> = {
  unresolved: (request) => {
    request.hostname = 'unresolved.invalid';
  },
  tlsFailure: (request) => {
    request.protocol = 'https:'; // to a server without TLS
  },
};

/** The part of the SDK's request that a redirection changes. */
export interface HttpRequest {
  hostname: string;
  protocol: string;
}

/** Never answers. */
export const hangs: Fault = () => undefined;

export function fails(name: string, status: number): Fault {
  return answers(status, { __type: name, message: canary, Message: canary });
}

export function answers(status: number, body: unknown, type?: string): Fault {
  return (response: ServerResponse) => {
    send(response, status, body, type);
    return undefined;
  };
}
