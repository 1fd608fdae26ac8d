import { drip } from '../responses.js';
import { type Fault, fails, serving } from './fault.js';

/** The response does not arrive in time. */
export const timeouts: readonly Fault[] = [
  { name: 'no response', serve: serving(() => undefined) },
  {
    name: 'headers without a body',
    serve: serving((_, response) => response.writeHead(200, { 'content-length': 9 }).flushHeaders()),
    timeoutMs: 600,
    until: { major: 21, node: 'pending', fetch: 'pending' } as const,
  },
  {
    name: 'a body that arrives byte by byte',
    serve: serving(drip(50, 24)),
    timeoutMs: 600,
    node: 'success' as const,
    until: { major: 21, fetch: 'success' } as const,
  },
].map((fault) => ({ outcomes: fails('timeout'), timeoutMs: 150, ...fault }));
