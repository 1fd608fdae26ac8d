import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { SecretsModule } from '@secretkit/nestjs';
import { OrdersController } from './orders.controller.js';
import { Partner } from './partner.js';
import { SecretErrorFilter } from './secret-error.filter.js';
import { developmentBackend, stackAround } from './secrets.js';
import { TenantGuard, type TenantRequest } from './tenant.guard.js';

@Module({
  imports: [
    SecretsModule.forRootAsync({
      required: ['session-key'],
      scopeOf: ({ account }: TenantRequest) => ({ account: account as string }), // refused if no guard has set it
      useFactory: () => ({ provider: stackAround(developmentBackend()) }),
    }),
  ],
  controllers: [OrdersController],
  providers: [Partner, TenantGuard, { provide: APP_FILTER, useClass: SecretErrorFilter }],
})
export class AppModule {}
