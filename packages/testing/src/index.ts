/**
 * | export | result |
 * | --- | --- |
 * | `fakeSecrets(options)` | a backend in memory that a test controls |
 * | `faulty(provider, script)` | fails as scripted: a list of codes, or a function that decides for each call and ref |
 * | `hanging(provider)` | never answers; the signal of a call ends it |
 * | `slow(provider, delayMs)` | answers after a delay |
 * | `counting(provider)` | counts calls, in total and by operation |
 * | `fakeClock(startsAt)` | `now` for every option of that name, and `advance` |
 * | `seededRandom(seed)` | `random` for every option of that name: the same numbers for the same seed |
 * | `watchedSignal()` | a signal that counts its listeners |
 * | `watchedTimers()` | counts the timers that have neither fired nor been cleared, until `restore()` |
 *
 * | result of `fakeSecrets` | |
 * | --- | --- |
 * | `provider` | the provider for the application; it has every capability, versions included |
 * | `put(ref, value, expiresAt?)`, `remove(ref)` | change the contents without the application; `put` returns the version it made |
 * | `fail(failure, only?)` | makes calls fail: all of them, or those of one secret. A code, or any error |
 * | `hang()` | makes calls hang |
 * | `loseWrite(moment)` | makes the next write fail `before` it is applied, or `after` |
 * | `heal()` | ends the effect of `fail` and `hang` on later calls |
 * | `calls(operation?)`, `pending()` | the number of calls so far, and of calls in flight |
 * | `clock` | the clock; after `clock.advance(ms)`, a secret whose expiry has passed is missing |
 *
 * **Pass `clock.now` to each layer and to the client**: `cache({ now: fake.clock.now })`. A layer without it reads the real time, so a
 * test of an outage would pass and test nothing. `clock.advance` throws after a call if nothing has read the clock and no secret
 * expires. It cannot detect that only one of several layers reads it, or that a clock was given.
 *
 * ## Errors
 *
 * | error | when | what to do |
 * | --- | --- | --- |
 * | `Error` | `clock.advance`, when nothing reads the clock | pass `clock.now` to each layer |
 * | `TypeError` | a wrong option, script or code, when the fake is built | fix the option that it names |
 * | `RangeError` | `delayMs` is not between 0 and 2147483647 | use a delay that a timer can have |
 * | `invalid_argument` | a value that is empty, or whose expiry is not in the future | advance the clock after the write |
 * | `invalid_argument` | a write whose ref has a version | omit the version |
 * | `conflict` | `compareAndSet` with another version than the current one | read the secret again |
 * | the code given to `fail` | every call, or every call for one secret | call `heal()` to end it |
 *
 * @packageDocumentation
 */

export { type Counted, counting } from './counting.js';
export { type FakeClock, fakeClock } from './fake-clock.js';
export { type FakeSecrets, type FakeSecretsOptions, fakeSecrets } from './fake-secrets.js';
export { type Failure, type FaultScript, faulty } from './faulty.js';
export { hanging } from './hanging.js';
export type { InitialSecrets } from './memory-store.js';
export { seededRandom } from './seeded-random.js';
export { slow } from './slow.js';
export { type WatchedSignal, watchedSignal } from './watched-signal.js';
export { type WatchedTimers, watchedTimers } from './watched-timers.js';
