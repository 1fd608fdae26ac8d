/** The result of a read in the caches of a stack. Absent where there is no cache. */
export type CacheResult = 'hit' | 'miss' | 'stale' | 'refresh' | 'coalesced';
