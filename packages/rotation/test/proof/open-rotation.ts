import { createSecrets } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { type Rotation, rotating } from '@secretkit/rotation';
import type { Size, Subject } from './run-cases.js';
import { type Login, type Site, schema } from './site.js';

/** Follows the store of a run, and knows when every client has the newest credential. */
export function openRotation(
  site: Site,
  { deadlineMs }: Size,
): Pick<Subject, 'close'> & Required<Pick<Subject, 'hasAccepted'>> & { readonly rotation: Rotation<Login> } {
  const secrets = createSecrets(recommended({ circuitBreaker: { openMs: 1_000 } })(site.provider));
  const rotation = rotating(secrets, 'db', { schema, deadlineMs, watchMs: 1_000 });
  return {
    rotation,
    hasAccepted: (version) => rotation.health().clients.every((each) => each.version === version),
    async close() {
      await rotation.close();
      await secrets.close();
    },
  };
}
