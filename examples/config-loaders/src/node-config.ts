// node-config: files by environment, overridden by variables. It loads at import and is read-only, so a copy is resolved
// once, at start-up.
import { fileURLToPath } from 'node:url';
import { type ReferenceText, resolveReferences } from '@secretkit/config';
import { connect } from './connect.js';
import { secrets } from './secrets.js';

interface AppConfig {
  readonly db: { readonly user: string; readonly host: string; readonly password: ReferenceText };
  readonly mail: { readonly token: ReferenceText };
}

process.env['NODE_CONFIG_DIR'] ??= fileURLToPath(new URL('../files/node-config', import.meta.url));
const { default: config } = await import('config'); // it reads its folder at import
const { db, mail } = await resolveReferences(config.util.toObject() as AppConfig, secrets);

console.log({ db, mail });
connect(db.host, db.password);
