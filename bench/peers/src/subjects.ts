import type { Subject } from '../../src/subject.js';

/** The peers by id. Each is imported only when it is measured, so that none slows another down. */
export const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  'lru-cache': async () => (await import('./lru-cache.js')).lruCache,
  'lru-cache-coarse': async () => (await import('./lru-cache.js')).lruCacheCoarse,
  'layered-loader': async () => (await import('./layered-loader.js')).layeredLoader,
  powertools: async () => (await import('./powertools.js')).powertools,
  'p-memoize': async () => (await import('./p-memoize.js')).memoize,
  unstorage: async () => (await import('./unstorage.js')).unstorage,
  'cache-manager': async () => (await import('./cache-manager.js')).cacheManager,
  middy: async () => (await import('./middy.js')).middy,
  keyv: async () => (await import('./keyv.js')).keyv,
  'keyv-defaults': async () => (await import('./keyv.js')).keyvDefaults,
  cachified: async () => (await import('./cachified.js')).epicCachified,
  bentocache: async () => (await import('./bentocache.js')).bento,
  cacheable: async () => (await import('./cacheable.js')).cacheable,
  'cacheable-defaults': async () => (await import('./cacheable.js')).cacheableDefaults,
};
