import { invalid, kindOf, own, type SecretRef, type SecretScope } from '@secretkit/core/provider';
import { type Arn, parseArn } from './arn.js';

/** The option that names the secrets in AWS. */
export type NameOption = string | ((ref: SecretRef) => string | undefined);

/** The names that a service can hold. */
export interface NameRules {
  readonly service: 'secretsmanager' | 'ssm';
  /** Returns what is wrong with a name, as "must …"; `undefined` if nothing is. */
  problemOf(id: string): string | undefined;
  /** Matches an account or a user: one level of a name. */
  readonly level: RegExp;
  /** Matches the text before the name, as an option gives it. */
  readonly prefix: RegExp;
}

/** The name of a secret in AWS. */
export interface Target {
  readonly id: string;
  readonly arn?: Arn;
}

/** Maps refs to names in AWS and, for a template, back. */
export interface NameMapping {
  /** Returns where a secret is; `undefined` if there cannot be one. @throws `invalid_argument` for a wrong scope or ARN. */
  find(ref: SecretRef): Target | undefined;
  /** Returns where to write a secret. @throws `invalid_argument` if AWS cannot hold the name. */
  place(ref: SecretRef): Target;
  /** Returns the text before the names of a scope; `undefined` if it has no names. Absent for a function. */
  readonly before?: (scope: SecretScope | undefined) => string | undefined;
}

const tenants = ['account', 'user'] as const;

/**
 * Returns the mapping of the options `prefix` and `name`.
 *
 * @throws `TypeError` for a template by which two secrets could share a name.
 */
export function nameMapping(
  owner: string,
  { prefix, name }: { readonly prefix?: string | undefined; readonly name?: NameOption | undefined },
  rules: NameRules,
): NameMapping {
  if (prefix !== undefined && name !== undefined) {
    throw new TypeError(
      `${owner}: prefix and name must not both be set. Begin the template with the prefix.`,
    );
  }
  if (typeof name === 'function') return functionMapping(name, rules);
  if (name !== undefined) return templateMapping(checkTemplate(owner, name, rules), rules);
  if (prefix !== undefined) checkPrefix(owner, 'prefix', prefix, rules);
  return templateMapping([prefix ?? ''], rules);
}

/** Texts at even places, fields at odd ones. The name follows the last text. */
type Pieces = readonly string[];

function checkTemplate(owner: string, template: unknown, rules: NameRules): Pieces {
  const expected =
    'name must be a template such as "apps/{account}/{name}": {name} at the end, {account} and {user} as levels of their own';
  if (typeof template !== 'string') {
    throw new TypeError(`${owner}: ${expected}, or a function, got ${kindOf(template)}.`);
  }
  if (template === '{name}')
    throw new TypeError(`${owner}: name must not be "{name}" alone: that is the default. Omit it.`);
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
  for (const text of texts.slice(0, -1)) if (text !== '') checkPrefix(owner, 'name', text, rules);
  return pieces.slice(0, -2);
}

function checkPrefix(owner: string, option: string, text: unknown, { prefix }: NameRules): void {
  if (typeof text !== 'string')
    throw new TypeError(`${owner}: ${option} must be a string, got ${kindOf(text)}.`);
  if (!prefix.test(text)) {
    throw new TypeError(
      `${owner}: ${option} must have only characters that names in AWS may have, such as "app/".`,
    );
  }
}

function templateMapping(pieces: Pieces, rules: NameRules): NameMapping {
  const fields = pieces.filter((_, at) => at % 2 === 1);

  function before(scope: SecretScope | undefined): string | undefined {
    const ids = { account: own(scope, 'account'), user: own(scope, 'user') };
    if (tenants.some((tenant) => (ids[tenant] === undefined) === fields.includes(tenant))) return undefined;
    for (const tenant of tenants) checkLevel(tenant, ids[tenant], rules);
    return pieces.map((piece, at) => (at % 2 === 1 && isTenant(piece) ? ids[piece] : piece)).join('');
  }

  return {
    before,
    find({ name, scope }) {
      const start = before(scope);
      if (start === undefined) return undefined;
      const id = start + name;
      return rules.problemOf(id) === undefined ? { id } : undefined;
    },
    place({ name, scope }) {
      const start = before(scope);
      if (start === undefined) {
        throw invalid('the scope must have the fields of the template in the option name, and no others.');
      }
      return checked(start + name, rules);
    },
  };
}

function functionMapping(toName: (ref: SecretRef) => string | undefined, rules: NameRules): NameMapping {
  function find(ref: SecretRef): Target | undefined {
    const id: unknown = toName(ref);
    if (id === undefined) return undefined;
    if (typeof id !== 'string') {
      throw invalid(`name must return a name or an ARN, or undefined, got ${kindOf(id)}. Fix the option.`);
    }
    return id.startsWith('arn:') ? { id, arn: parseArn(id, rules.service) } : checked(id, rules);
  }
  return {
    find,
    place(ref) {
      const target = find(ref);
      if (target) return target;
      throw invalid('the option name returns undefined for this secret, so it cannot be written.');
    },
  };
}

function checked(id: string, rules: NameRules): Target {
  const problem = rules.problemOf(id);
  if (problem !== undefined) throw invalid(`the name in AWS ${problem}.`);
  return { id };
}

function checkLevel(field: 'account' | 'user', id: string | undefined, { level }: NameRules): void {
  if (id === undefined || (level.test(id) && id !== '.' && id !== '..')) return;
  throw invalid(
    `scope.${field} must be one level of a name in AWS: letters, digits and a few signs, and no "/". ` +
      'Map other ids with a function as the option name.',
  );
}

function isTenant(field: string): field is 'account' | 'user' {
  return field === 'account' || field === 'user';
}
