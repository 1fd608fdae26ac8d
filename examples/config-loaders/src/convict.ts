// convict: a schema, then files and variables, then one validation. Its seam is the format: one that takes nothing but a
// reference, so that a password in a file does not pass. What is validated is resolved.
import { isReference, ref, resolveReferences } from '@secretkit/config';
import convict from 'convict';
import { connect } from './connect.js';
import { secrets } from './secrets.js';

convict.addFormat({
  name: 'secret-reference',
  validate(value) {
    if (!isReference(value)) throw new Error('must name a secret, such as secret://db-password'); // and quotes nothing
  },
});

const config = convict({
  db: {
    host: { doc: 'Where the database is', format: String, default: 'localhost', env: 'DB_HOST' },
    password: {
      doc: 'The name of its password',
      format: 'secret-reference',
      default: ref('db-password').$secret,
      env: 'DB_PASSWORD',
      sensitive: true, // or convict would quote what it refuses
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
  console.log(`refused: ${error instanceof Error ? error.message : 'for no reason'}`);
}
