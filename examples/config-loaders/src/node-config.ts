// node-config: files by environment, and variables that go over them; all of it is there when it is imported, and cannot be
// changed. So a copy of it is resolved, once, when the application starts.
import { fileURLToPath } from 'node:url';
import { type ReferenceText, resolveReferences } from '@secretkit/config';
import { connect } from './connect.js';
import { secrets } from './secrets.js';

interface AppConfig {
  readonly db: { readonly user: string; readonly host: string; readonly password: ReferenceText };
  readonly mail: { readonly token: ReferenceText };
}

process.env['NODE_CONFIG_DIR'] ??= fileURLToPath(new URL('../files/node-config', import.meta.url));
const { default: config } = await import('config'); // it reads its folder when it is imported
const { db, mail } = await resolveReferences(config.util.toObject() as AppConfig, secrets);

console.log({ db, mail });
connect(db.host, db.password);
