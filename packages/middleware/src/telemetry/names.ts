import type { Attributes } from '@opentelemetry/api';
import type { SecretRef } from '@secretkit/core/provider';
import type { Asked } from '../observe/observed.js';
import { attribute } from './conventions.js';

/** How spans tell which secret was asked for: not at all, by a hash of its name, or by its name. */
export type NameStyle = 'omitted' | 'hashed' | 'plain';

export const nameStyles: readonly NameStyle[] = ['omitted', 'hashed', 'plain'];

/** The attributes that name what was asked for: one name, or those of a batch. Absent where there are none. */
export function namesOf(style: NameStyle, { operation, refs }: Asked): Promise<Attributes> | undefined {
  if (style === 'omitted' || operation === 'list') return undefined;
  return operation === 'getMany' ? ofSeveral(style, refs) : ofOne(style, refs);
}

async function ofOne(style: NameStyle, [ref]: readonly SecretRef[]): Promise<Attributes> {
  if (!ref) return {};
  return style === 'plain' ? { [attribute.name]: ref.name } : { [attribute.hash]: await hashOf(ref) };
}

async function ofSeveral(style: NameStyle, refs: readonly SecretRef[]): Promise<Attributes> {
  return style === 'plain'
    ? { [attribute.names]: refs.map(({ name }) => name) }
    : { [attribute.hashes]: await Promise.all(refs.map(hashOf)) };
}

/** The first 16 hexadecimal digits of the SHA-256 of a name: enough to follow one, and to check a guess. */
async function hashOf({ name }: SecretRef): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name));
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
