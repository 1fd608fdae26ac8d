import { Injectable } from '@nestjs/common';
import type { Secret } from '@secretkit/core';

/** Stands for the partner's API, which knows a token when it sees one. */
@Injectable()
export class Partner {
  readonly #refused = new Set<string>();

  async orders(token: Secret): Promise<readonly string[]> {
    const value = token.reveal();
    if (this.#refused.has(value)) throw Object.assign(new Error('the partner answers 401'), { status: 401 });
    return [`an order of ${value.slice(-'acct_1'.length)}`];
  }

  /** From now on the token is refused, as one that was rotated. */
  refuse(token: string): void {
    this.#refused.add(token);
  }
}
