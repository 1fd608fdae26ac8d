import { invalid, kindOf, own, type SecretRef, type SecretScope } from '@secretkit/core/provider';

/** The option that says where secrets are, below the mount. */
export type NameOption = string | ((ref: SecretRef) => string | undefined);

/** Maps refs to paths and, for a prefix or a template, back. */
export interface SecretPaths {
  /** Returns the path of a secret; `undefined` if there cannot be one. @throws `invalid_argument` for a path that is unsafe. */
  find(ref: SecretRef): string | undefined;
  /** Returns the path to write to. @throws `invalid_argument` if there is none. */
  place(ref: SecretRef): string;
  /** Returns the text before the names of a scope; `undefined` if it has no names. Absent for a function. */
  readonly before?: (scope: SecretScope | undefined) => string | undefined;
}

const tenants = ['account', 'user'] as const;

/**
 * Returns the mapping of the options `prefix` and `name`.
 *
 * @throws `TypeError` for a template by which two secrets could share a path.
 */
export function secretPaths(
  owner: string,
  { prefix, name }: { readonly prefix?: string | undefined; readonly name?: NameOption | undefined },
): SecretPaths {
  if (prefix !== undefined && name !== undefined) {
    throw new TypeError(
      `${owner}: prefix and name must not both be set. Begin the template with the prefix.`,
    );
  }
  if (typeof name === 'function') return functionPaths(name);
  if (name !== undefined) return templatePaths(checkTemplate(owner, name));
  checkStart(owner, 'prefix', prefix ?? '');
  return templatePaths([prefix ?? '']);
}

/** Returns the segments of a path. @throws `invalid_argument` for one that the server, or a proxy, could resolve to another path. */
export function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/');
  if (segments.includes('')) {
    throw invalid('the name must not have an empty part, as in "a//b", "/a" or "a/". Use another name.');
  }
  if (segments.some((segment) => decoded(segment).split('/').some(isRelative))) {
    throw invalid('the name must not have the part "." or "..", also if it is encoded. Use another name.');
  }
  return segments;
}

/** Returns the text after the server, and any proxy, has decoded it as often as it wants: dots and slashes only. */
function decoded(segment: string): string {
  return segment
    .replaceAll(/%(?:25)*2e/gi, '.')
    .replaceAll(/%(?:25)*(?:2f|5c)/gi, '/')
    .replaceAll('\\', '/');
}

function isRelative(part: string): boolean {
  return part === '.' || part === '..';
}

/** Texts at even places, fields at odd ones. The name follows the last text. */
type Pieces = readonly string[];

function checkTemplate(owner: string, template: unknown): Pieces {
  const expected =
    'name must be a template such as "apps/{account}/{name}": {name} at the end, {account} and {user} as parts of their own';
  if (typeof template !== 'string') {
    throw new TypeError(`${owner}: ${expected}, or a function, got ${kindOf(template)}.`);
  }
  const pieces = template.split(/\{(\w+)\}/); // fields are at odd places
  const fields = pieces.filter((_, at) => at % 2 === 1);
  const texts = pieces.filter((_, at) => at % 2 === 0);
  const isSound =
    fields.at(-1) === 'name' &&
    texts.at(-1) === '' &&
    fields.slice(0, -1).every((field, at) => isTenant(field) && fields.indexOf(field) === at) &&
    texts.slice(1, -1).every((text) => text.startsWith('/') && text.endsWith('/')) &&
    (fields.length === 1 || texts[0] === '' || texts[0]?.endsWith('/'));
  if (!isSound) throw new TypeError(`${owner}: ${expected}, got another text.`);
  checkStart(owner, 'name', texts[0] ?? '');
  for (const text of texts.slice(1, -1)) checkStart(owner, 'name', text.slice(1));
  return pieces.slice(0, -2);
}

function checkStart(owner: string, option: string, text: unknown): void {
  if (typeof text !== 'string')
    throw new TypeError(`${owner}: ${option} must be a text, got ${kindOf(text)}.`);
  const parts = text.replace(/\/$/, '').split('/');
  const isSound =
    text === '' || (/^[\w/.:@+=-]+$/.test(text) && parts.every((part) => part !== '' && !isRelative(part)));
  if (isSound) return;
  throw new TypeError(
    `${owner}: ${option} must have parts of letters, digits and ".:@+=-_", such as "app/", without "." and "..".`,
  );
}

function templatePaths(pieces: Pieces): SecretPaths {
  const fields = pieces.filter((_, at) => at % 2 === 1);

  function before(scope: SecretScope | undefined): string | undefined {
    const ids = { account: own(scope, 'account'), user: own(scope, 'user') };
    if (tenants.some((tenant) => (ids[tenant] === undefined) === fields.includes(tenant))) return undefined;
    for (const tenant of tenants) checkTenant(tenant, ids[tenant]);
    return pieces.map((piece, at) => (at % 2 === 1 && isTenant(piece) ? ids[piece] : piece)).join('');
  }

  return {
    before,
    find({ name, scope }) {
      const start = before(scope);
      return start === undefined ? undefined : checked(start + name);
    },
    place({ name, scope }) {
      const start = before(scope);
      if (start !== undefined) return checked(start + name);
      throw invalid('the scope must have the fields of the template in the option name, and no others.');
    },
  };
}

function functionPaths(toPath: (ref: SecretRef) => string | undefined): SecretPaths {
  function find(ref: SecretRef): string | undefined {
    const path: unknown = toPath(ref);
    if (path === undefined || typeof path === 'string') return path === undefined ? path : checked(path);
    throw invalid(`name must return a path, or undefined, got ${kindOf(path)}. Fix the option.`);
  }
  return {
    find,
    place(ref) {
      const path = find(ref);
      if (path !== undefined) return path;
      throw invalid('the option name returns undefined for this secret, so it cannot be written.');
    },
  };
}

function checked(path: string): string {
  segmentsOf(path);
  return path;
}

function checkTenant(field: 'account' | 'user', id: string | undefined): void {
  if (id === undefined || (!id.includes('/') && !isRelative(id) && !id.includes('%') && !id.includes('\\')))
    return;
  throw invalid(
    `scope.${field} must be one part of a path, without "/", "\\" and "%". Map other ids with a function as the option name.`,
  );
}

function isTenant(field: string): field is 'account' | 'user' {
  return field === 'account' || field === 'user';
}
