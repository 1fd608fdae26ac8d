import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import type { SecretsReader } from '@secretkit/core';
import { InjectScopedSecrets } from '@secretkit/nestjs';
import { Partner } from './partner.js';
import { TenantGuard } from './tenant.guard.js';

/** Returns a tenant's orders at the partner, read with the tenant's own token. */
@Controller()
@UseGuards(TenantGuard)
export class OrdersController {
  constructor(
    @InjectScopedSecrets() private readonly secrets: SecretsReader,
    @Inject(Partner) private readonly partner: Partner,
  ) {}

  @Get('orders')
  own(): Promise<readonly string[]> {
    return this.secrets.use('partner-token', (token) => this.partner.orders(token));
  }

  /** A mistake without harm: it takes the account from the path, and the client refuses any but the tenant's own. */
  @Get('accounts/:account/orders')
  of(@Param('account') account: string): Promise<readonly string[]> {
    const ref = { name: 'partner-token', scope: { account } };
    return this.secrets.use(ref, (token) => this.partner.orders(token));
  }
}
