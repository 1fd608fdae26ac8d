// Serves the Worker of the working directory on PORT as `wrangler dev` does: in workerd, with the variables of .dev.vars.
// `node serve-worker.mjs MINIFLARE`
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { bundleWorker } from './bundle-worker.mjs';

const { Miniflare } = await import(pathToFileURL(process.argv[2]).href);
const settings = parseEnv(readFileSync('wrangler.toml', 'utf8')); // of this file, texts only
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port: Number(process.env['PORT']),
  modules: [{ type: 'ESModule', path: 'worker.mjs', contents: await bundleWorker(settings['main']) }],
  compatibilityDate: settings['compatibility_date'],
  bindings: parseEnv(readFileSync('.dev.vars', 'utf8')),
});
await miniflare.ready;
