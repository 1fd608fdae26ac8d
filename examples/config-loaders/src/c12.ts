// c12, which Nuxt, Nitro and other tools load their config with: layers and environments, merged. The files name secrets;
// what they name is read when all layers are merged, so that a layer's reference that another one replaces is not.
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
