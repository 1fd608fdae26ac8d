import { createSecrets, type Middleware, type Secret, type SecretProvider, seal } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { recommended } from '@secretkit/middleware/recommended';
import { telemetry } from '@secretkit/middleware/telemetry';
import { peers } from './peers.js';
import { type Load, type Subject, type SubjectOptions, ttlMs } from './subject.js';

/** What is measured of this library. */
const own = {
  secretkit: subject('secretkit', 'the client and the recommended stack, with telemetry', ({ maxEntries }) =>
    recommended({ telemetry: telemetry(), cache: { ttlMs, maxEntries } }),
  ),
  'secretkit-cache': subject('secretkit, cache alone', 'the client and a cache', ({ maxEntries }) =>
    cache({ ttlMs, maxEntries }),
  ),
} satisfies Record<string, Subject>;

/** Every peer there is. */
export async function peerIds(): Promise<readonly string[]> {
  return Object.keys((await peers()).subjects);
}

/** One of these, or one of the peers. */
export async function findSubject(id: string): Promise<Subject> {
  if (id in own) return own[id as keyof typeof own];
  const find = (await peers()).subjects[id];
  if (!find) throw new Error(`there is nothing called "${id}" to measure`);
  return find();
}

function subject(name: string, how: string, middleware: (options: SubjectOptions) => Middleware): Subject {
  return {
    name,
    how,
    open(load, options) {
      const client = createSecrets(middleware(options)(providerOf(load)));
      return {
        read: (key) => client.get(key),
        valueOf: (answer) => (answer as Secret | undefined)?.reveal(), // of this client
        close: client.close,
      };
    },
  };
}

function providerOf(load: Load): SecretProvider {
  return {
    name: 'source',
    async get({ name }) {
      const value = await load(name);
      return value === undefined ? undefined : seal(value);
    },
  };
}
