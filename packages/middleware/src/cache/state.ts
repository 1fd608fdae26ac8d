import type { Changes } from './changes.js';
import type { CacheClock } from './clock.js';
import type { Entries } from './entries.js';
import type { Events } from './events.js';
import type { LateWrites } from './late-writes.js';
import type { NegativeEntries } from './negative-entries.js';
import type { CacheSettings } from './options.js';

/** The state of one cache, in-flight requests apart. */
export interface CacheState {
  readonly entries: Entries;
  readonly negativeEntries: NegativeEntries;
  readonly lateWrites: LateWrites;
  readonly changes: Changes;
  readonly events: Events;
  readonly clock: CacheClock;
  readonly settings: CacheSettings;
}
