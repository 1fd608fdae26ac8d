import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { checkOptions, kindOf } from '@secretkit/core/provider';

export interface NodeFetchOptions {
  /** The certificates to trust, in PEM, in place of those of Node. @defaultValue those of Node */
  readonly ca?: string | readonly string[];
  /** The path of a UNIX socket to connect to, in place of the host of the URL. @defaultValue none */
  readonly socketPath?: string;
}

/**
 * Returns a `fetch` for Node that trusts other certificates, or connects to a UNIX socket. It keeps connections open, follows
 * no redirect, and supports what `createHttp` sends: a text as body, headers and a signal.
 *
 * @throws `TypeError` for wrong options. A certificate is never quoted.
 * @example
 * ```ts
 * import { createHttp } from '@secretkit/http';
 * import { nodeFetch } from '@secretkit/http/node';
 *
 * const http = createHttp({ baseUrl: 'http://localhost', fetch: nodeFetch({ socketPath: '/run/agent.sock' }) });
 * ```
 */
export function nodeFetch(options: NodeFetchOptions): typeof globalThis.fetch {
  const { ca, socketPath } = checkOptions('nodeFetch', options, ['ca', 'socketPath']);
  if (
    ca !== undefined &&
    ![ca].flat().every((each) => typeof each === 'string' && each.includes('CERTIFICATE'))
  ) {
    throw new TypeError('nodeFetch: ca must be certificates in PEM. Read the file that holds them.');
  }
  if (socketPath !== undefined && (typeof socketPath !== 'string' || socketPath === '')) {
    throw new TypeError(`nodeFetch: socketPath must be the path of a socket, got ${kindOf(socketPath)}.`);
  }
  const settings = { keepAlive: true, ...(socketPath !== undefined && { socketPath }) };
  const plain = new HttpAgent(settings);
  const secure = new HttpsAgent({ ...settings, ...(ca !== undefined && { ca: [ca].flat() }) });

  return async (input, { method = 'GET', headers, body, signal } = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const isSecure = url.protocol === 'https:';
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (isSecure ? httpsRequest : httpRequest)(
        url,
        {
          method,
          headers: Object.fromEntries(new Headers(headers).entries()),
          agent: isSecure ? secure : plain,
          ...(signal && { signal }),
        },
        resolve,
      );
      request.once('error', reject);
      request.end(body);
    });
    const { statusCode: status = 0 } = response;
    const received = new Headers();
    for (let at = 0; at < response.rawHeaders.length; at += 2) {
      received.append(response.rawHeaders[at] ?? '', response.rawHeaders[at + 1] ?? '');
    }
    return new Response(hasNoBody(status) ? await drained(response) : webStream(response), {
      status,
      headers: received,
    });
  };
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** Waits for the end, so that the next request can use the connection. */
async function drained(response: IncomingMessage): Promise<null> {
  await new Promise((resolve) => response.once('close', resolve).resume());
  return null;
}

function webStream(response: IncomingMessage): ReadableStream {
  return Readable.toWeb(response) as ReadableStream; // the types of Node have a class of their own
}
