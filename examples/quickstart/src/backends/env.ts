import { envSecrets } from '@secretkit/env';
import type { Backend } from '../backend.js';
import { values } from '../names.js';
import { counted } from './counted.js';

/** Environment variables: those of this process, and made-up ones for what is not set. */
export function env(processEnv: NodeJS.ProcessEnv): Promise<Backend> {
  const madeUp: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(values)) madeUp[name.toUpperCase().replaceAll('-', '_')] = value;
  return Promise.resolve({
    description: 'environment variables, such as DATABASE_URL',
    ...counted(envSecrets({ env: { ...madeUp, ...processEnv } })),
    callUnit: 'calls',
    close: () => Promise.resolve(),
  });
}
