import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Secret } from '@secretkit/core';
import { getSecretToken } from '@secretkit/nestjs';
import { AppModule } from './app.module.js';
import { sign } from './session.js';

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
app.enableShutdownHooks();
await app.listen(process.env['PORT'] ?? 0, '127.0.0.1');

const key = app.get<Secret>(getSecretToken('session-key'));
console.log(`curl -H 'Authorization: Bearer ${sign('acct_1', key)}' ${await app.getUrl()}/orders`);
