import { Injectable } from '@nestjs/common';
import type { Secret } from '@secretkit/core';

/** Takes the place of the partner's API. */
@Injectable()
export class Partner {
  readonly #refused = new Set<string>();

  async orders(token: Secret): Promise<readonly string[]> {
    const value = token.reveal();
    if (this.#refused.has(value)) throw Object.assign(new Error('the partner returned 401'), { status: 401 });
    return [`an order of ${value.slice(-'acct_1'.length)}`];
  }

  /** Refuses the token from now on, as after a rotation. */
  refuse(token: string): void {
    this.#refused.add(token);
  }
}
