// Dotenv files in two roles. A file under version control contains references: it is config, and is resolved. A file outside
// it contains a laptop's values: it is a backend, and stays out of process.env, which every child process and crash report
// can read. (`node --env-file` loads a file into process.env; envSecrets() reads it there.)
import { readFileSync } from 'node:fs';
import { loadSecrets, resolveReferences } from '@secretkit/config';
import { createSecrets } from '@secretkit/core';
import { envSecrets } from '@secretkit/env';
import { parse } from 'dotenv';
import { z } from 'zod';
import { connect } from './connect.js';

const read = (file: string): Record<string, string> =>
  parse(readFileSync(new URL(`../files/dotenv/${file}`, import.meta.url)));

const secrets = createSecrets(envSecrets({ env: read('laptop.env') }));
const config = await resolveReferences(read('app.env'), secrets);
const { MAIL_TOKEN } = await loadSecrets(secrets, { MAIL_TOKEN: z.string().min(10) });

console.log(config, MAIL_TOKEN, `in process.env: ${process.env['DB_PASSWORD'] ?? 'nothing'}`);
connect(config['DB_HOST'], await secrets.require('db-password'));
