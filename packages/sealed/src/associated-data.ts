import {
  checkRef,
  invalid,
  isPlainObject,
  kindOf,
  own,
  type SecretRef,
  unknownKey,
} from '@secretkit/core/provider';
import { encodeFields } from './encode-fields.js';
import type { RecordFormat } from './record.js';

/** The use, the secret and the readers that a record is bound to. It opens only with the same ones. */
export interface RecordContext {
  /** The purpose of the record, such as `shared-cache`. Each use has keys of its own. */
  readonly use: string;
  /** The secret: a name, or its full address. */
  readonly ref: string | SecretRef;
  /** The readers, such as a hash of a role. Absent, the record is bound to none. */
  readonly principal?: string;
}

/** The context after it was checked. */
export interface BoundContext {
  readonly use: string;
  readonly ref: SecretRef;
  readonly principal: string | undefined;
}

const maxLength = 5_000;

/** @throws `invalid_argument` for a context that is incomplete. It quotes no input. */
export function checkContext(context: RecordContext): BoundContext {
  if (!isPlainObject(context)) {
    throw invalid(`context must be { use, ref, principal }, got ${kindOf(context)}.`);
  }
  const unknown = unknownKey(context, ['use', 'ref', 'principal'], 'field');
  if (unknown) throw invalid(`context: ${unknown}`);
  const problem = textProblem('use', own(context, 'use'));
  if (problem) throw invalid(problem);
  const principal = own(context, 'principal');
  const wrong = principal === undefined ? undefined : textProblem('principal', principal);
  if (wrong) throw invalid(wrong);
  const ref = checkRef(own(context, 'ref') as string | SecretRef); // it refuses `undefined`
  return { use: own(context, 'use') as string, ref, principal }; // checked above
}

/** Returns the problem with a text that records are bound to: two texts must never have the same bytes. */
export function textProblem(field: string, text: unknown): string | undefined {
  if (typeof text !== 'string') return `${field} must be a string, got ${kindOf(text)}.`;
  if (text === '') return `${field} must not be empty.`;
  if (text.length > maxLength)
    return `${field} must have at most ${maxLength} characters, got ${text.length}.`;
  return text.isWellFormed() ? undefined : `${field} must not have a lone surrogate.`;
}

/** Returns the associated data of a record. Its fields and their order are part of the record format. */
export function associatedData(
  format: RecordFormat,
  namespace: string,
  { use, ref, principal }: BoundContext,
  keyId: string,
): Uint8Array {
  const scope = own(ref, 'scope');
  return encodeFields([
    format,
    use,
    namespace,
    own(scope, 'account'),
    own(scope, 'user'),
    ref.name,
    own(ref, 'version'),
    principal,
    keyId,
  ]);
}
