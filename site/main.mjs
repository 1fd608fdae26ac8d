// Builds the site, then serves it: `npm run docs`. With --build, it ends after building.
import { build } from './build.mjs';
import { siteFolder } from './pages.mjs';
import { serve } from './serve.mjs';

try {
  await build();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
console.log('The site is in .site');
if (!process.argv.includes('--build')) {
  const { url } = await serve(siteFolder, { port: Number(process.env['PORT'] ?? 4173) });
  console.log(`Open ${url}`);
}
