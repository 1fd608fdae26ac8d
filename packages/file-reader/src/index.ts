export { type DecodeTextOptions, decodeText } from './decode-text.js';
export { failureOf } from './failure-of.js';
export { type FileReader, type FileReaderParts, fileReader } from './file-reader.js';
export type { FileFailure, FileResult } from './file-result.js';
export type { FileStatus, FileSystem, OpenFile } from './file-system.js';
export { inTurns } from './in-turns.js';
export { type Wait, wait } from './wait.js';
