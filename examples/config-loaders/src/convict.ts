// convict: a schema, then files and variables, then one validation. A custom format accepts only references, so that a
// password in a file is refused. The validated config is then resolved.
import { isReference, ref, resolveReferences } from '@secretkit/config';
import convict from 'convict';
import { connect } from './connect.js';
import { secrets } from './secrets.js';

convict.addFormat({
  name: 'secret-reference',
  validate(value) {
    if (!isReference(value)) throw new Error('must be a reference, such as secret://db-password'); // without a quote
  },
});

const config = convict({
  db: {
    host: { doc: 'The host of the database', format: String, default: 'localhost', env: 'DB_HOST' },
    password: {
      doc: 'The reference to its password',
      format: 'secret-reference',
      default: ref('db-password').$secret,
      env: 'DB_PASSWORD',
      sensitive: true, // else convict quotes a refused value
    },
  },
});

config.load({ db: { host: 'db.example' } }).validate({ allowed: 'strict' });
const { db } = await resolveReferences(config.getProperties(), secrets);
console.log({ db });
connect(db.host, db.password);

try {
  config.load({ db: { password: 'a-password-in-a-file' } }).validate({ allowed: 'strict' });
} catch (error) {
  console.log(`refused: ${error instanceof Error ? error.message : 'no reason given'}`);
}
