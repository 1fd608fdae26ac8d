import {
  checkRef,
  contentOf,
  hasExpired,
  invalid,
  ownFields,
  type Secret,
  SecretError,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { readRecord } from '../record.js';
import type { OpenedRecord, SealedCodec, UnopenedReason, UnopenedRecord } from '../sealed-codec.js';
import { refOf } from './row-key.js';
import type { RowKey, SecretRow } from './secret-table.js';

/** The largest value, in bytes of its JSON text. */
export const maxValueBytes = 524_290; // 2 of them are the quotation marks
/** The largest record, in characters. A column that holds one cuts nothing. */
export const maxRecordSize = 1_000_000;

/** The use of the records. It is part of their keys and of what they are bound to. */
const use = 'table';

/** Returns the row of a new version. @throws `invalid_argument` for a value that the table cannot hold, or one that has expired. */
export async function sealRow(
  codec: SealedCodec,
  key: RowKey,
  secret: Secret,
  version: string,
  now: number,
  signal: AbortSignal | undefined,
): Promise<SecretRow> {
  if (hasExpired(secret, now)) {
    throw invalid('expiresAt must be in the future. To remove the secret, delete it.');
  }
  const size = new TextEncoder().encode(JSON.stringify(secret.reveal())).length;
  if (size > maxValueBytes) {
    throw invalid(`value must have at most ${maxValueBytes} bytes as JSON text, got ${size}.`);
  }
  const { expiresAt, refreshAt } = secret;
  const createdAt = new Date(now);
  const stored = seal(contentOf(secret), { expiresAt, refreshAt, createdAt, version });
  const content = { secret: stored, fetchedAt: createdAt };
  const record = await codec.seal(contextOf({ ...key, version }), content, { signal });
  return { ...key, version, record, createdAt: now, expiresAt: expiresAt?.getTime() };
}

/** Returns the secret of a row. @throws `invalid_data` for a record that does not open, or the code of a failed envelope. */
export async function openRow(
  codec: SealedCodec,
  row: SecretRow,
  signal: AbortSignal | undefined,
): Promise<Secret> {
  const result = await opened(codec, row, signal);
  if (!result.opened) throw unreadable(result);
  if (!result.secret)
    throw new SecretError('invalid_data', 'the record holds no value. Write the secret again.');
  return result.secret;
}

/** Returns the record of a row under the first key, or why it does not open. @throws The failure of an envelope. */
export async function resealRow(
  codec: SealedCodec,
  row: SecretRow,
  signal: AbortSignal | undefined,
): Promise<string | UnopenedRecord> {
  const result = await opened(codec, row, signal);
  if (!result.opened && result.reason === 'key_unavailable') throw unreadable(result);
  if (!result.opened) return result;
  const { secret, fetchedAt }: OpenedRecord = result;
  return codec.seal(contextOf(row), { secret, fetchedAt }, { signal });
}

/** Returns the key id of a row's record; `undefined` if it is not a record. */
export function keyIdOf({ record }: SecretRow): string | undefined {
  const parts = readRecord(record);
  return typeof parts === 'string' ? undefined : parts.keyId;
}

/** Opens the record of a row. Texts that no ref may have are not those that were sealed. */
async function opened(
  codec: SealedCodec,
  row: SecretRow,
  signal: AbortSignal | undefined,
): Promise<OpenedRecord | UnopenedRecord> {
  const context = contextOf(row);
  try {
    checkRef(context.ref);
  } catch {
    const keyId = keyIdOf(row);
    return { opened: false, reason: 'not_authentic', ...(keyId !== undefined && { keyId }) };
  }
  return codec.open(context, row.record, { signal });
}

function contextOf({ version, ...key }: RowKey & { readonly version: string }): {
  readonly use: string;
  readonly ref: SecretRef;
} {
  return { use, ref: { ...refOf(key), version } };
}

function unreadable(record: UnopenedRecord): SecretError {
  const { reason, keyId, code } = ownFields(record);
  const named = keyId === undefined ? '' : ` It has the key id "${keyId}".`;
  const problem = `the record does not open: ${problems[reason]}${named} ${remedies[reason]}`;
  return new SecretError(code ?? 'invalid_data', problem);
}

const problems: Readonly<Record<UnopenedReason, string>> = {
  malformed: 'the text is not a record.',
  unsupported_format: 'a newer version of the package sealed it.',
  unknown_key: 'the codec does not have its key.',
  key_unavailable: 'the envelope failed.',
  not_authentic: 'it was changed or moved, or the key or the namespace is another one.',
  unsupported_content: 'a newer version of the package wrote its content.',
};
const remedies: Readonly<Record<UnopenedReason, string>> = {
  malformed: 'Write the secret again.',
  unsupported_format: 'Update @secretkit/sealed.',
  unknown_key: 'Add the key to the codec, after the others.',
  key_unavailable: 'Check the key management service.',
  not_authentic: 'Check keys and namespace of the codec, or write the secret again.',
  unsupported_content: 'Update @secretkit/sealed.',
};
