import { createSecrets, type Middleware, type Secret, type SecretProvider, seal } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { recommended } from '@secretkit/middleware/recommended';
import { telemetry } from '@secretkit/middleware/telemetry';
import { peers } from './peers.js';
import { type Load, type Subject, type SubjectOptions, ttlMs } from './subject.js';

/** The configurations of secretkit that are measured. */
const own = {
  secretkit: subject('secretkit', 'client, recommended stack with telemetry', ({ maxEntries }) =>
    recommended({ telemetry: telemetry(), cache: { ttlMs, maxEntries } }),
  ),
  'secretkit-cache': subject('secretkit, cache alone', 'client, cache', ({ maxEntries }) =>
    cache({ ttlMs, maxEntries }),
  ),
} satisfies Record<string, Subject>;

/** Returns the ids of all peers. */
export async function peerIds(): Promise<readonly string[]> {
  return Object.keys((await peers()).subjects);
}

/**
 * Returns a configuration of secretkit or a peer.
 *
 * @throws `RangeError` if the id is unknown.
 */
export async function findSubject(id: string): Promise<Subject> {
  if (id in own) return own[id as keyof typeof own];
  const { subjects } = await peers();
  const load = subjects[id];
  if (!load) {
    const known = [...Object.keys(own), ...Object.keys(subjects)];
    throw new RangeError(`unknown subject "${id}". Known subjects: ${known.join(', ')}.`);
  }
  return load();
}

function subject(name: string, setup: string, middleware: (options: SubjectOptions) => Middleware): Subject {
  return {
    name,
    setup,
    open(load, options) {
      const client = createSecrets(middleware(options)(providerOf(load)));
      return {
        read: (key) => client.get(key),
        valueOf: (answer) => (answer as Secret | undefined)?.reveal(), // `read` returns no other type
        close: client.close,
      };
    },
  };
}

function providerOf(load: Load): SecretProvider {
  return {
    name: 'backend',
    async get({ name }) {
      const value = await load(name);
      return value === undefined ? undefined : seal(value);
    },
  };
}
