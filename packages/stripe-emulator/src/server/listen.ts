import { once } from 'node:events';
import type { Server } from 'node:http';

/**
 * Listens, or says what stands in the way.
 *
 * @throws Error if the port is in use or the host is not an address of this machine
 */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(`The emulator cannot listen on ${host} port ${port}: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return 'the port is in use. Stop the other program, or choose port 0 for a free one.';
  if (code === 'EACCES') return 'the port needs more rights. Choose one above 1023, or 0 for a free one.';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'the host is not an address of this machine.';
  return `the system says ${String(code)}.`;
}
