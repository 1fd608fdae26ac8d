import { setTimeout as sleep } from 'node:timers/promises';

/** A connection of the pretend database. */
export interface Connection {
  query(): Promise<void>;
}

/** In place of a real database: accepts one URL with its password at a time, and refuses others as PostgreSQL does. */
export class PretendDatabase {
  refusedLogins = 0;
  #accepted: string;

  constructor(url: string) {
    this.#accepted = url;
  }

  changePassword(url: string): void {
    this.#accepted = url;
  }

  async connect(url: string): Promise<Connection> {
    await sleep(1);
    if (url !== this.#accepted) {
      this.refusedLogins += 1;
      throw Object.assign(new Error('password authentication failed'), { code: '28P01', severity: 'FATAL' });
    }
    return { query: () => sleep(1) };
  }
}
