import type { Attributes } from '@opentelemetry/api';
import type { SecretRef } from '@secretkit/core/provider';
import type { ObservedCall } from '../observe/observe-calls.js';
import { attribute } from './conventions.js';

/** How spans show the names of secrets: not at all, as a hash, or as they are. */
export type NameStyle = 'omitted' | 'hashed' | 'plain';

export const nameStyles: readonly NameStyle[] = ['omitted', 'hashed', 'plain'];

/** Returns the attributes with the name in a call, or with the names in a batch. `undefined` if there are none. */
export function nameAttributes(
  style: NameStyle,
  { operation, refs }: ObservedCall,
): Promise<Attributes> | undefined {
  if (style === 'omitted' || operation === 'list') return undefined;
  return operation === 'getMany' ? ofBatch(style, refs) : ofOne(style, refs);
}

async function ofOne(style: NameStyle, [ref]: readonly SecretRef[]): Promise<Attributes> {
  if (!ref) return {};
  return style === 'plain' ? { [attribute.name]: ref.name } : { [attribute.hash]: await hashOf(ref) };
}

async function ofBatch(style: NameStyle, refs: readonly SecretRef[]): Promise<Attributes> {
  return style === 'plain'
    ? { [attribute.names]: refs.map(({ name }) => name) }
    : { [attribute.hashes]: await Promise.all(refs.map(hashOf)) };
}

/** Returns the first 16 hexadecimal digits of the SHA-256 of a name: enough to follow one name, and to check a guess. */
async function hashOf({ name }: SecretRef): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name));
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
