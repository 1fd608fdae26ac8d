import type { ResolvedAssumptions } from '../options/assumptions.js';
import type { Form } from './decode-form.js';
import type { Operation } from './operation.js';
import { readText } from './read-text.js';
import { cannotExpand, emptyParam, expandTooDeep, invalidParam } from './stripe-failures.js';

const maxDepth = 4;

/**
 * Returns whether the payload is expanded: `expand[]=payload`, or `expand[]=data.payload` for the list.
 *
 * @throws `ApiFailure` 400 for a path that cannot be expanded.
 */
export function readExpand(value: Form[string], operation: Operation, assume: ResolvedAssumptions): boolean {
  if (value === undefined) return false;
  if (value === '') throw emptyParam('expand');
  if (typeof value === 'string') throw invalidParam('expand', 'Invalid array');
  const prefix = operation === 'list' ? 'data.' : '';
  const expandable = [
    ...(operation !== 'list' || assume.listExpandsPayload ? [`${prefix}payload`] : []),
    ...(assume.scopeExpands ? [`${prefix}scope`] : []),
  ];
  // qs decodes more than 100 indexed entries to an object.
  const paths = Object.values(value).map((path) => readText(path, 'expand', assume) ?? '');
  for (const path of paths) {
    if (path.split('.').length > maxDepth) throw expandTooDeep(path);
    if (!expandable.includes(path)) throw cannotExpand(path);
  }
  return paths.includes(`${prefix}payload`);
}
