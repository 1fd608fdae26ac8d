import { ignoreErrors } from '@secretkit/core/middleware';
import type { SecretRef } from '@secretkit/core/provider';
import type { SharedCacheClient } from './client.js';
import type { Guard } from './guard.js';
import { outdate, type SecretStates } from './secret-state.js';

/** Messages between processes: what is shared of a secret is outdated. A lost message costs at most `ttlMs`. */
export interface Invalidations {
  /** Starts to listen, if it has not. */
  listen(): void;
  /** Sends a message about a secret, or about all. */
  publish(topic: string | undefined): Promise<void>;
  close(): void;
}

const channel = 'secretkit:shared:invalidations';
const all = '*';

/** @param onMessage - Called with the ref; `undefined` for all. */
export function invalidations(
  client: SharedCacheClient,
  guard: Guard,
  states: SecretStates,
  onMessage: (ref: SecretRef | undefined) => void,
): Invalidations {
  const self = Array.from(globalThis.crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(36),
  ).join('');
  let state: 'idle' | 'listening' | 'closed' = 'idle';
  let stop: (() => unknown) | undefined;

  function receive(message: unknown): void {
    if (state === 'closed' || typeof message !== 'string') return;
    const [sender, topic = ''] = message.split(' ');
    if (sender === self) return;
    if (topic === all) {
      states.invalidate(undefined);
      onMessage(undefined);
      return;
    }
    const known = states.byTopic(topic);
    if (!known) return;
    outdate(known);
    onMessage(known.identity.ref);
  }

  async function subscribe(): Promise<void> {
    try {
      const end = await client.subscribe?.(channel, (message) => ignoreErrors(() => receive(message)));
      if (state === 'closed') ignoreErrors(() => end?.());
      else stop = end;
    } catch {
      if (state === 'listening') state = 'idle'; // the next read tries again
    }
  }

  return {
    listen() {
      if (state !== 'idle' || !client.subscribe) return;
      state = 'listening';
      void subscribe(); // it does not reject
    },
    publish: (topic) => guard.publish(channel, `${self} ${topic ?? all}`),
    close() {
      state = 'closed';
      ignoreErrors(() => stop?.());
    },
  };
}
