import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from './site.js';

/** Changes the credential; `round` counts from 1. */
export type Rotate = (site: Site, round: number) => Promise<void>;

type First = 'server' | 'store';

const rotateBy =
  (userOf: (site: Site, round: number) => string, first: First, lagMs: number): Rotate =>
  async (site, round) => {
    const login = { username: userOf(site, round), password: `round-${round}` };
    const steps = [() => site.server.setPassword(login), () => site.put(login)];
    const [one, other] = first === 'server' ? steps : steps.reverse();
    await one?.();
    if (lagMs > 0) await sleep(lagMs);
    await other?.();
  };

export const single = (first: First, lagMs: number): Rotate =>
  rotateBy(({ users }) => users[0], first, lagMs);
export const alternating = (first: First, lagMs: number): Rotate =>
  rotateBy(({ users }, round) => users[round % 2] ?? users[0], first, lagMs);

export const wrongPassword: Rotate = async (site, round) => {
  await site.put({ username: site.users[0], password: 'wrong' });
  await sleep(400);
  await single('server', 0)(site, round);
};

export const twice: Rotate = async (site, round) => {
  await single('server', 50)(site, round * 2 - 1);
  await single('store', 50)(site, round * 2);
};

export const storeOutage: Rotate = async (site, round) => {
  if (round % 4 === 1) site.outage.ends = Date.now() + 600;
  await single('server', 0)(site, round);
};

/** Ends the connections while every login is refused, and again when the store has the new credential. */
export const killing: Rotate = async (site, round) => {
  const login = { username: site.users[0], password: `round-${round}` };
  await site.server.setPassword(login);
  await site.server.kill?.(login.username);
  await sleep(500);
  await site.put(login);
  for (let count = 0; count < 5; count += 1) {
    await sleep(250);
    await site.server.kill?.(login.username);
  }
  await sleep(250); // to connect again before the next change
};
