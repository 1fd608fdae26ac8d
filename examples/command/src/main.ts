import { readSecrets } from './read-secrets.js';

await readSecrets((line) => console.log(line));
