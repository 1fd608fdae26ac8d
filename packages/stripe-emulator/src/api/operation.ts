/** The four operations of the Secret Store. `delete` is `deleteWhere` in the SDKs. */
export type Operation = 'create' | 'list' | 'find' | 'delete';

/** Every operation. */
export const operations: readonly Operation[] = ['create', 'list', 'find', 'delete'];

const routes: ReadonlyMap<string, Operation> = new Map([
  ['POST /v1/apps/secrets', 'create'],
  ['GET /v1/apps/secrets', 'list'],
  ['GET /v1/apps/secrets/find', 'find'],
  ['POST /v1/apps/secrets/delete', 'delete'],
]);

/** Returns the operation of a method and a path without query. */
export function matchOperation(method: string, path: string): Operation | undefined {
  return routes.get(`${method} ${path}`);
}
