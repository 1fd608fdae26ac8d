export type { RecordContext } from './associated-data.js';
export type { SealedCodecOptions, SealedKey } from './codec-options.js';
export type { RecordContent } from './content.js';
export type { Envelope, EnvelopeCall, EnvelopeContext } from './envelope.js';
export { generateKey } from './key-bytes.js';
export {
  type OpenedRecord,
  type RecordCallOptions,
  type SealedCodec,
  sealedCodec,
  type UnopenedReason,
  type UnopenedRecord,
} from './sealed-codec.js';
export type { ResealOptions, ResealProgress, UnreadableRecord } from './table/reseal.js';
export { type SealedSecrets, type SealedSecretsOptions, sealedSecrets } from './table/sealed-secrets.js';
export type {
  Expected,
  PageQuery,
  RowHead,
  RowKey,
  SecretRow,
  SecretTable,
  TableCall,
} from './table/secret-table.js';
