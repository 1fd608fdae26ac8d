export { type SnapshotFilesOptions, snapshotFiles } from './snapshot-files.js';
