import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { isSecretError, type SecretErrorCode } from '@secretkit/core';
import type { FastifyReply } from 'fastify';

const statuses: Partial<Record<SecretErrorCode, number>> = {
  not_found: 404, // the tenant has no connection
  invalid_argument: 403, // a request for another tenant's secret
};

/** Responds with a matching status and the code only: names of secrets are internal. */
@Catch()
export class SecretErrorFilter extends BaseExceptionFilter implements ExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    if (!isSecretError(error)) {
      super.catch(error, host);
      return;
    }
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const status = statuses[error.code] ?? 503;
    if (status === 503) reply.header('retry-after', Math.ceil((error.retryAfterMs ?? 5_000) / 1_000));
    void reply.status(status).send({ error: error.code });
  }
}
