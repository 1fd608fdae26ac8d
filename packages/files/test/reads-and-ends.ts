// A program that reads through a cache, and closes nothing.
import { join } from 'node:path';
import { createSecrets } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { directorySecrets } from '../src/directory-secrets.js';
import { dotenvSecrets } from '../src/dotenv-secrets.js';

const [, , folder = ''] = process.argv;
const providers = [directorySecrets({ directory: folder }), dotenvSecrets({ path: join(folder, '.env') })];
for (const provider of providers) await createSecrets(recommended()(provider)).require('token');
process.stdout.write('read both\n');
