import { toVariableName } from '@secretkit/core/provider';
import type { Affixes, NameTemplate } from './name-template.js';
import { type Environment, fileSuffix, isSet, variableNames } from './variables.js';

/** Returns the names between the affixes of a scope, as `get` takes them, sorted and without duplicates. */
export function listNames(
  env: Environment,
  { isName }: NameTemplate,
  { before, after }: Affixes,
  excluded: ReadonlySet<string>,
): string[] {
  const names = new Set<string>();
  for (const variable of variableNames(env)) {
    const base = variable.endsWith(fileSuffix) ? variable.slice(0, -fileSuffix.length) : variable;
    if (base.length <= before.length + after.length) continue;
    if (!base.startsWith(before) || !base.endsWith(after) || !isSet(env, variable)) continue;
    const name = base.slice(before.length, base.length - after.length);
    if (toVariableName(name) !== name || !isName(name)) continue; // no name maps to it
    if (!excluded.has(variable) && !excluded.has(base)) names.add(name);
  }
  return [...names].sort();
}
