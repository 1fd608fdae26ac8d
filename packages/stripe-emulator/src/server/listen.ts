import { once } from 'node:events';
import type { Server } from 'node:http';

/**
 * Starts to listen.
 *
 * @throws `Error` when the port is in use, needs more rights, or when the host is not an address of this machine.
 */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(`startEmulator: ${reason(error, host, port)}`, { cause: error });
  }
}

function reason(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return `port must be free, got ${port}, which is in use on ${host}. Stop the other program, or use port 0 for a free port.`;
  }
  if (code === 'EACCES') {
    return `port must be allowed for this user, got ${port}. Use a port above 1023, or port 0 for a free port.`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `host must be an address of this machine, got ${host}. Use 127.0.0.1.`;
  }
  return `cannot listen on ${host} port ${port}, the system returned ${String(code)}.`;
}
