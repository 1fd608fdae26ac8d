import type { Attributes } from '@opentelemetry/api';
import type { SecretRef } from '@secretkit/core/provider';
import type { ObservedCall } from '../observe/observe-calls.js';
import { attribute } from './conventions.js';

/** How spans show the names of secrets, and their versions: not at all, as a hash, or as they are. */
export type NameStyle = 'omitted' | 'hashed' | 'plain';

export const nameStyles: readonly NameStyle[] = ['omitted', 'hashed', 'plain'];

/**
 * Returns the attributes with the name in a call, or with the names in a batch, and with the version that a ref has. `undefined`
 * if there are none. A batch has a version for each name if one of its refs has a version; the others are empty.
 */
export function nameAttributes(
  style: NameStyle,
  { operation, refs }: ObservedCall,
): Promise<Attributes> | undefined {
  if (style === 'omitted' || operation === 'list') return undefined;
  return operation === 'getMany' ? ofBatch(style, refs) : ofOne(style, refs);
}

async function ofOne(style: NameStyle, [ref]: readonly SecretRef[]): Promise<Attributes> {
  if (!ref) return {};
  const { name, version } = ref;
  const shown = shownAs(style);
  return {
    [style === 'plain' ? attribute.name : attribute.hash]: await shown(name),
    ...(version !== undefined && {
      [style === 'plain' ? attribute.version : attribute.versionHash]: await shown(version),
    }),
  };
}

async function ofBatch(style: NameStyle, refs: readonly SecretRef[]): Promise<Attributes> {
  const shown = shownAs(style);
  const shownVersion = async ({ version }: SecretRef): Promise<string> =>
    version === undefined ? '' : shown(version);
  return {
    [style === 'plain' ? attribute.names : attribute.hashes]: await Promise.all(
      refs.map(async ({ name }) => shown(name)),
    ),
    ...(refs.some(({ version }) => version !== undefined) && {
      [style === 'plain' ? attribute.versions : attribute.versionHashes]: await Promise.all(
        refs.map(shownVersion),
      ),
    }),
  };
}

function shownAs(style: NameStyle): (text: string) => string | Promise<string> {
  return style === 'plain' ? (text) => text : hashOf;
}

/** Returns the first 16 hexadecimal digits of the SHA-256 of a text: enough to follow one name, and to check a guess. */
async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
