import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { Secret } from '@secretkit/core';
import { InjectSecret } from '@secretkit/nestjs';
import type { FastifyRequest } from 'fastify';
import { verify } from './session.js';

/** A request, with its account after its session was verified. */
export interface TenantRequest extends FastifyRequest {
  account?: string;
}

/** Identifies the tenant of a request, or responds with 401. */
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
