// Builds the site, then serves it on PORT, or 4173: `npm run docs`. With --build, it ends after building.
import { build } from './build.mjs';
import { siteFolder } from './pages.mjs';
import { serve } from './serve.mjs';

const port = Number(process.env['PORT'] ?? 4173);
try {
  await build();
  console.log('The site is in .site');
  if (!process.argv.includes('--build')) {
    const { url } = await serve(siteFolder, { port });
    console.log(`Open ${url}`);
  }
} catch (error) {
  const remedy = error.code === 'EADDRINUSE' ? `\nPort ${port} is in use. Set PORT to another one.` : '';
  console.error(`${error.message}${remedy}`);
  process.exit(1);
}
