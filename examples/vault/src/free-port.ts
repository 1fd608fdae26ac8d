import { createServer } from 'node:net';

/** Returns a port of this machine without a listener. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number }; // of a TCP server
  await new Promise((resolve) => server.close(resolve));
  return port;
}
