await import('./durable.test.js');

import { vi } from 'vitest';

// Everything again, on the oldest Nest that the package is for.
const { nest10 } = await vi.hoisted(async () => {
  const { createRequire } = await import('node:module');
  return { nest10: createRequire(new URL('../nest-10/package.json', import.meta.url)) };
});
vi.mock('@nestjs/common', () => nest10('@nestjs/common') as object);
vi.mock('@nestjs/core', () => nest10('@nestjs/core') as object);
vi.mock('@nestjs/testing', () => nest10('@nestjs/testing') as object);

await import('./secrets-module.test.js');
await import('./leaks.test.js');
