import type { ResolvedAssumptions } from '../options/assumptions.js';
import type { Form } from './decode-form.js';
import { emptyParam, invalidParam } from './failures.js';
import type { Operation } from './operation.js';

/**
 * Whether the payload was asked for: `expand[]=payload`, on the list `expand[]=data.payload`.
 *
 * @throws ApiFailure for a path that cannot be expanded
 */
export function readExpand(value: Form[string], operation: Operation, assume: ResolvedAssumptions): boolean {
  if (value === undefined) return false;
  if (value === '') throw emptyParam('expand');
  if (typeof value === 'string') throw invalidParam('expand', 'Invalid array');
  // Many indexed entries decode to a map of index to path.
  const paths = Object.values(value);
  for (const path of paths) if (!canExpand(path, operation, assume)) throw cannotExpand(path);
  return paths.length > 0;
}

function canExpand(path: unknown, operation: Operation, assume: ResolvedAssumptions): boolean {
  return operation === 'list' ? path === 'data.payload' && assume.listExpandsPayload : path === 'payload';
}

function cannotExpand(path: unknown): Error {
  const shown = typeof path === 'string' ? path : 'expand';
  return invalidParam(
    'expand',
    `This property cannot be expanded (${shown}). You may want to try expanding 'payload', or 'data.payload' on a list, instead.`,
  );
}
