// Nest's ConfigModule: `load` accepts async factories, so typed secrets are part of the config. They stay sealed in it.
import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { ConfigModule, ConfigService, registerAs } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { loadSecrets, optional } from '@secretkit/config';
import type { Secret } from '@secretkit/core';
import { z } from 'zod';
import { connect } from './connect.js';
import { secrets } from './secrets.js';

const databaseConfig = registerAs('database', async () => ({
  host: 'db.example',
  ...(await loadSecrets(secrets, {
    password: { ref: 'db-password', schema: z.string().min(8) },
    replicaPassword: optional('replica-password'),
  })),
}));

class Database {
  readonly host: string;

  constructor(config: ConfigService) {
    this.host = config.getOrThrow('database.host');
    connect(this.host, config.getOrThrow<Secret>('database.password'));
  }
}

@Module({
  imports: [ConfigModule.forRoot({ load: [databaseConfig], ignoreEnvFile: true })],
  providers: [
    {
      provide: Database,
      inject: [ConfigService],
      useFactory: (config: ConfigService) => new Database(config),
    },
  ],
})
class AppModule {}

Logger.overrideLogger(false);
const app = await NestFactory.createApplicationContext(AppModule);
console.log(app.get(ConfigService).get('database'));
await app.close();
