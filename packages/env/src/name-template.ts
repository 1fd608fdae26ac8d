import { invalid, type SecretRef, type SecretScope, toVariableName } from '@secretkit/core/provider';
import { fileSuffix } from './variables.js';

/** The variables of secrets, as a template such as `{account}__{name}` names them. */
export interface NameTemplate {
  /**
   * Returns the variable of a secret; `undefined` if the scope has other fields than the template.
   * @throws `invalid_argument` for a part in which `__` could be taken for the separator.
   */
  variableOf(ref: SecretRef): string | undefined;
  /** Returns the text before and after the name in the variables of a scope. As `variableOf`. */
  affixesOf(scope: SecretScope | undefined): Affixes | undefined;
  /** Whether a variable may have this text in the place of the name. */
  isName(text: string): boolean;
}

export interface Affixes {
  readonly before: string;
  readonly after: string;
}

const tenants = ['account', 'user'] as const;
const part = /^[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*$/;
const separator = /^__(?:[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*__)?$/;

/**
 * Returns the template of the option `name`.
 *
 * @throws `TypeError` for one by which two secrets could share a variable, and on Windows for one with tenants.
 */
export function checkTemplate(owner: string, template: string): NameTemplate {
  const pieces = template.split(/\{(\w+)\}/); // fields are at odd places
  const fields = pieces.filter((_, at) => at % 2 === 1);
  const texts = pieces.filter((_, at) => at % 2 === 0);
  const [first = '', last = ''] = [texts[0], texts.at(-1)];
  const isSound =
    fields.every((field, at) => field === 'name' || (isTenant(field) && fields.indexOf(field) === at)) &&
    fields.filter((field) => field === 'name').length === 1 &&
    texts.slice(1, -1).every((text) => separator.test(text)) &&
    /^\w*$/.test(first + last) &&
    !last.endsWith(fileSuffix);
  if (!isSound) {
    throw new TypeError(
      `${owner}: name must be a template with {name} once, and {account} and {user} at most once, joined by "__", such as ` +
        '"APP_{account}__{name}", got another string. Other text is letters, digits and "_", and does not end in "_FILE".',
    );
  }
  if (template === '{name}') {
    throw new TypeError(`${owner}: name must not be "{name}" alone: that is the default. Omit it.`);
  }
  const { process } = globalThis as { process?: { platform?: string } };
  if (fields.length > 1 && process?.platform === 'win32') {
    throw new TypeError(
      `${owner}: name must not have {account} or {user} on Windows: its variables ignore case, and ids do not. Pass a function.`,
    );
  }
  return templateOf(pieces);
}

/** Returns the template of a prefix, which may be empty. A variable belongs to no account and no user. */
export function prefixTemplate(prefix: string): NameTemplate {
  return templateOf([prefix, 'name', '']);
}

function templateOf(pieces: readonly string[]): NameTemplate {
  const nameAt = pieces.findIndex((piece, at) => at % 2 === 1 && piece === 'name');
  const fields = tenants.filter((tenant) => pieces.some((piece, at) => at % 2 === 1 && piece === tenant));

  function affixesOf(scope: SecretScope = {}): Affixes | undefined {
    if (tenants.some((tenant) => (scope[tenant] === undefined) === fields.includes(tenant))) return undefined;
    for (const field of fields) checkTenant(field, scope[field]);
    const filled = pieces.map((piece, at) => (at % 2 === 1 && isTenant(piece) ? scope[piece] : piece));
    return { before: filled.slice(0, nameAt).join(''), after: filled.slice(nameAt + 1).join('') };
  }

  const isName = (text: string): boolean => fields.length === 0 || part.test(text);

  return {
    affixesOf,
    isName,
    variableOf({ name, scope }) {
      const affixes = affixesOf(scope);
      if (!affixes) return undefined;
      const folded = toVariableName(name);
      if (isName(folded)) return affixes.before + folded + affixes.after;
      throw invalid(
        'name must begin and end with a letter or a digit, and must not have two other characters in a row: "__" separates it ' +
          'from the account or the user. Use another name.',
      );
    },
  };
}

function checkTenant(field: 'account' | 'user', id: string | undefined): void {
  if (id !== undefined && part.test(id)) return;
  throw invalid(
    `scope.${field} must be letters and digits with single "_" between them, got another text. ` +
      'Map other ids with a function as the option name.',
  );
}

function isTenant(field: string): field is 'account' | 'user' {
  return field === 'account' || field === 'user';
}
