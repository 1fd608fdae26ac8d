import { inMemoryClient } from './in-memory-client.js';
import { readSecrets } from './read-secrets.js';

await readSecrets((line) => console.log(line), inMemoryClient());
