// c12 is the config loader of Nuxt, Nitro and others: layers and environments, merged. The files contain references, which are
// resolved after the merge, so that a reference that another layer replaces is never read.
import { fileURLToPath } from 'node:url';
import { type ReferenceText, resolveReferences } from '@secretkit/config';
import { loadConfig } from 'c12';
import { connect } from './connect.js';
import { secrets } from './secrets.js';

interface AppConfig {
  readonly port: number;
  readonly db: { readonly user: string; readonly host: string; readonly password: ReferenceText };
  readonly mail: { readonly token: ReferenceText };
}

const { config } = await loadConfig<AppConfig>({
  name: 'app',
  cwd: fileURLToPath(new URL('../files/c12', import.meta.url)),
  envName: 'production',
  omit$Keys: true,
});
const { port, db, mail } = await resolveReferences(config, secrets);

console.log({ port, db, mail });
connect(db.host, db.password);
