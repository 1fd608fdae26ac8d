/**
 * ## Errors
 *
 * `read` rejects with the reason of the call's signal, and with nothing else. Every other failure is a word, and the caller gives it a
 * code and a remedy. `failureOf(error)` returns the word for an error of Node, Bun or Deno, and does not read its message.
 *
 * | `failure` | meaning |
 * | --- | --- |
 * | `absent` | there is no such file, or its links end nowhere |
 * | `denied` | the process may not read it; in Deno, it was not allowed |
 * | `directory` | a directory |
 * | `device` | a device, which is not read |
 * | `socket` | a socket |
 * | `too large` | it has more bytes than allowed |
 * | `rewritten` | it was emptied or changed during the read, twice |
 * | `no writer` | a pipe without a writer |
 * | `late` | the deadline passed before the pipe was written to its end |
 * | `closed` | the reader was closed |
 * | `unreadable` | any other failure, such as too many open files, a broken disk, a platform without files |
 *
 * @packageDocumentation
 */

export { type DecodeTextOptions, decodeText } from './decode-text.js';
export { failureOf } from './failure-of.js';
export { type FileReader, type FileReaderParts, fileReader } from './file-reader.js';
export type { FileFailure, FileResult } from './file-result.js';
export type { FileStatus, FileSystem, OpenFile } from './file-system.js';
export { inTurns } from './in-turns.js';
export { type Wait, wait } from './wait.js';
