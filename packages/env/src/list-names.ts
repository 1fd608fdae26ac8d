import { toVariableName } from './variable-name.js';
import { type Environment, fileSuffix, readVariable } from './variables.js';

/** Returns the names under a prefix, as `get` takes them, sorted and without duplicates. */
export function listNames(env: Environment, prefix: string, excluded: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(prefix) || readVariable(env, variable) === undefined) continue;
    const base = variable.endsWith(fileSuffix) ? variable.slice(0, -fileSuffix.length) : variable;
    const name = base.slice(prefix.length);
    if (name === '' || toVariableName(name) !== name) continue; // no name maps to it
    if (!excluded.has(variable) && !excluded.has(base)) names.add(name);
  }
  return [...names].sort();
}
