import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Emulator } from '../src/start-emulator.js';

/** Opens a connection on which a test writes raw bytes. */
export async function openSocket({ host, port }: Emulator): Promise<Socket> {
  const socket = connect({ host, port });
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Writes bytes on a new connection. Returns the bytes received until the server closes it. */
export async function sendBytes(emulator: Emulator, bytes: string | Uint8Array): Promise<string> {
  const socket = await openSocket(emulator);
  const all = readToEnd(socket);
  socket.write(bytes);
  return all;
}

/** Returns the text received on a connection until it closes. */
export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => undefined); // `close` follows
    socket.on('close', () => resolve(text));
  });
}

/** Returns an HTTP request as text, with the line ends of HTTP and a `Content-Length`. */
export function httpText(head: string, body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return `${[...head.trim().split('\n'), ...length].join('\r\n')}\r\n\r\n${body}`;
}

/** An HTTP response as a client reads it. */
export interface WireResponse {
  readonly status: number;
  readonly body: unknown;
}

/** Returns the responses that were received on one connection. */
export function parseResponses(text: string): readonly WireResponse[] {
  return text
    .split(/(?=HTTP\/1\.1 \d)/)
    .filter((part) => part !== '')
    .map((part) => ({
      status: Number(part.slice(9, 12)),
      body: JSON.parse(part.slice(part.indexOf('\r\n\r\n') + 4) || 'null') as unknown,
    }));
}
