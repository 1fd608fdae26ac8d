import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { Secret } from '@secretkit/core';
import { InjectSecret } from '@secretkit/nestjs';
import type { FastifyRequest } from 'fastify';
import { verify } from './session.js';

/** A request, and whose it is once its session has been verified. */
export interface TenantRequest extends FastifyRequest {
  account?: string;
}

/** Finds out whose request it is, or answers 401. */
@Injectable()
export class TenantGuard implements CanActivate {
  constructor(@InjectSecret('session-key') private readonly key: Secret) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<TenantRequest>();
    const [, session = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    const account = verify(session, this.key);
    if (account === undefined) throw new UnauthorizedException();
    request.account = account;
    return true;
  }
}
