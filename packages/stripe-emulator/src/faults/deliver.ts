import type { ServerResponse } from 'node:http';
import type { Reply } from '../server/reply.js';
import { sleep } from '../server/sleep.js';

/** How a response is sent. */
export type Delivery =
  | { readonly kind: 'send' }
  /** Sends nothing, and keeps the connection open. */
  | { readonly kind: 'hang' }
  /** Sends the headers, then nothing. */
  | { readonly kind: 'hangBody' }
  /** Sends half of the body, then closes the connection. */
  | { readonly kind: 'cutBody'; readonly chunked: boolean }
  /** Resets the connection (RST) before a response. */
  | { readonly kind: 'reset' }
  /** Closes the connection (FIN) before a response. */
  | { readonly kind: 'close' }
  /** Sends the body in chunks, with a delay after each. */
  | { readonly kind: 'drip'; readonly intervalMs: number; readonly bytesPerChunk: number };

/** Returns whether a delivery sends no status. */
export function sendsNoStatus({ kind }: Delivery): boolean {
  return kind === 'hang' || kind === 'reset' || kind === 'close';
}

/**
 * Sends a response. One that hangs stays open until the client disconnects, and so does one that is still in progress when
 * the signal aborts.
 */
export async function deliver(
  response: ServerResponse,
  reply: Reply,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<void> {
  const { socket } = response.req;
  if (delivery.kind === 'hang') return;
  if (delivery.kind === 'reset') {
    socket.resetAndDestroy();
    return;
  }
  if (delivery.kind === 'close') {
    socket.destroySoon();
    return;
  }

  const body = Buffer.from(reply.body);
  const isChunked = delivery.kind === 'cutBody' && delivery.chunked;
  const hasLength = !isChunked && reply.status !== 204 && reply.status !== 304;
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  if (hasLength) response.setHeader('Content-Length', body.length);

  if (delivery.kind === 'hangBody') {
    response.flushHeaders();
  } else if (delivery.kind === 'cutBody') {
    response.write(body.subarray(0, Math.ceil(body.length / 2)), () => socket.destroy());
  } else if (delivery.kind === 'drip') {
    await drip(response, body, delivery, signal);
  } else {
    response.end(body);
  }
}

async function drip(
  response: ServerResponse,
  body: Buffer,
  { intervalMs, bytesPerChunk }: Extract<Delivery, { kind: 'drip' }>,
  signal: AbortSignal,
): Promise<void> {
  for (let start = 0; start < body.length && !response.destroyed; start += bytesPerChunk) {
    response.write(body.subarray(start, start + bytesPerChunk));
    await sleep(intervalMs, signal);
    if (signal.aborted) return;
  }
  response.end();
}
