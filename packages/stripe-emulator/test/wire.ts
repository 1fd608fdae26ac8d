import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Emulator } from '../src/start-emulator.js';

/** A connection on which a test writes bytes as it likes. */
export async function openSocket({ host, port }: Emulator): Promise<Socket> {
  const socket = connect({ host, port });
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Writes bytes on a connection of their own, and gives what comes back until the other side ends it. */
export async function sendBytes(emulator: Emulator, bytes: string | Uint8Array): Promise<string> {
  const socket = await openSocket(emulator);
  const all = readToEnd(socket);
  socket.write(bytes);
  return all;
}

/** What comes in on a connection until it ends or breaks. */
export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    socket.on('error', () => undefined); // it closes next
    socket.on('close', () => resolve(text));
  });
}

/** An HTTP request as text: its lines ended as HTTP ends them, with the length of its body. */
export function httpText(head: string, body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return `${[...head.trim().split('\n'), ...length].join('\r\n')}\r\n\r\n${body}`;
}

/** An answer as a client reads it. */
export interface WireResponse {
  readonly status: number;
  readonly body: unknown;
}

/** The answers that came on one connection. */
export function parseResponses(text: string): readonly WireResponse[] {
  return text
    .split(/(?=HTTP\/1\.1 \d)/)
    .filter((part) => part !== '')
    .map((part) => ({
      status: Number(part.slice(9, 12)),
      body: JSON.parse(part.slice(part.indexOf('\r\n\r\n') + 4) || 'null') as unknown,
    }));
}
