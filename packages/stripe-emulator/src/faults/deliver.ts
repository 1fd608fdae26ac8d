import type { ServerResponse } from 'node:http';
import type { Reply } from '../server/reply.js';
import { sleep } from '../server/sleep.js';

/** How an answer reaches the client. */
export type Delivery =
  | { readonly kind: 'send' }
  /** Nothing, for ever. */
  | { readonly kind: 'hang' }
  /** The headers, then nothing. */
  | { readonly kind: 'hangBody' }
  /** Half of the body, then the connection breaks. */
  | { readonly kind: 'cutBody'; readonly chunked: boolean }
  /** The connection is reset (RST) before an answer. */
  | { readonly kind: 'reset' }
  /** The connection is closed (FIN) before an answer. */
  | { readonly kind: 'close' }
  | { readonly kind: 'drip'; readonly intervalMs: number; readonly bytesPerChunk: number };

/** The deliveries that send no status. */
export function sendsNoStatus({ kind }: Delivery): boolean {
  return kind === 'hang' || kind === 'reset' || kind === 'close';
}

/** Writes an answer. A hanging one, and one that drips when the signal fires, stay open until the client leaves. */
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
