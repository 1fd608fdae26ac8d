import { ownFields } from '../checks/check-options.js';
import { checkRef, checkScope } from '../checks/check-ref.js';
import type { CachedReader, SecretProvider } from '../contract/provider.js';
import { type SecretRef, type SecretScope, withoutInherited } from '../contract/ref.js';
import { invalid } from '../contract/secret-error.js';
import type { SecretInput } from './fields.js';
import type { ScopedSecrets } from './secrets.js';

/** A checked ref, and a shortcut to its value in memory, for the second read: most names are read once. */
export interface KnownRef {
  readonly ref: SecretRef;
  cached?: CachedReader | undefined;
}

/** The refs of one scope. A name in use gives the same frozen ref each time, and no text of it is checked again. */
export class ClientRefs {
  /** The client of this scope, once there is one. */
  client?: ScopedSecrets;
  readonly scope: SecretScope | undefined;
  readonly #stack: SecretProvider;
  readonly #limit: Limit;
  readonly #names: RecentMap<KnownRef>;
  #accounts?: RecentMap<RecentMap<ClientRefs>>; // each with its users

  constructor(stack: SecretProvider, scope?: SecretScope, limit?: Limit) {
    this.#stack = stack;
    this.scope = scope;
    this.#limit = limit ?? { size: 10_000, used: 0 }; // of all scopes: accounts, users and names
    this.#names = new RecentMap(limit ?? { size: 500, used: 0 }); // a stream of names must not push out a tenant
  }

  /** Returns the ref of an input that was read before, whatever its field; `undefined` also for a malformed one. */
  find(input: SecretInput): KnownRef | undefined {
    return typeof input === 'string' ? this.#names.get(input) : this.#findParts(input);
  }

  #findParts(input: SecretInput & object): KnownRef | undefined {
    let owner = this as ClientRefs | undefined;
    let name: unknown;
    if (!inheritsNothing(input)) return undefined;
    for (const key in input) {
      if (key === 'name') name = input.name;
      else if (key === 'scope') owner = this.#findScope(input.scope);
      else if (key !== 'field') return undefined;
    }
    return owner && owner.#names.get(name);
  }

  #findScope(scope: SecretScope | undefined): ClientRefs | undefined {
    let account: string | null | undefined;
    let user: string | null | undefined;
    if (!inheritsNothing(scope)) return undefined;
    for (const key in scope) {
      if (key === 'account')
        account = scope.account ?? null; // not as if it were absent
      else if (key === 'user') user = scope.user ?? null;
      else return undefined;
    }
    return this.#accounts?.get(account)?.get(user);
  }

  /** Returns the checked ref within the scope. */
  refOf(input: string | SecretRef): SecretRef {
    if (typeof input === 'string') {
      const own = this.scope && { scope: this.scope };
      return this.#names.get(input, () => ({ ref: Object.freeze({ ...checkRef(input), ...own }) })).ref;
    }
    const { name, scope, version } = ownFields(checkRef(input));
    const ref = (scope ? this.scoped(scope) : this).refOf(name);
    return version === undefined ? ref : Object.freeze({ ...ref, version });
  }

  /** Returns the refs of a narrower scope, and these ones for an empty scope. */
  scoped(narrower: SecretScope | undefined): ClientRefs {
    const known = this.#findScope(narrower);
    if (known) return known;
    const inner = ownFields(checkScope(narrower));
    const outer = ownFields(this.scope ?? {});
    const { account, user } = inner;
    if (account === undefined && user === undefined) return this;
    refuseOther('user', outer.user, user);
    refuseOther('account', outer.account, account);
    if (this.scope && outer.account === undefined && account !== undefined) {
      // Without an account the outer scope means the provider's default one.
      const { scope: usual } = this.#stack.canonical?.({ name: 'any', scope: this.scope }) ?? {};
      refuseOther('account', usual?.account, account);
    }
    const scope = Object.freeze({ ...outer, ...inner });
    this.#accounts ??= new RecentMap(this.#limit);
    const users = this.#accounts.get(account, () => new RecentMap(this.#limit));
    return users.get(user, () => new ClientRefs(this.#stack, scope, this.#limit));
  }
}

function refuseOther(field: 'account' | 'user', own: string | undefined, other: string | undefined): void {
  if (own === undefined || other === undefined || own === other) return;
  const expected = `scope.${field} must be that of this client (${own})`;
  throw invalid(`${expected}, got another one. Use a client within that scope.`);
}

/** Whether `for … in` finds own keys only, of those that a ref and a scope have. Unlike `Object.keys` it allocates nothing. */
function inheritsNothing(input: object | undefined): input is object {
  if (typeof input !== 'object' || input === null) return false;
  const prototype: unknown = Object.getPrototypeOf(input);
  return (prototype === Object.prototype || prototype === null) && withoutInherited(input) === input;
}

type Limit = { readonly size: number; used: number };

/** A map of two generations, each of so many new entries in all maps of a limit. One in use moves to the newer generation. */
class RecentMap<V extends object> {
  readonly #limit: Limit;
  #end: number;
  #recent = new Map<unknown, V>();
  #older = this.#recent;

  constructor(limit: Limit) {
    this.#limit = limit;
    this.#end = limit.used + limit.size;
  }

  get(key: unknown): V | undefined;
  get(key: unknown, make: () => V): V;
  get(key: unknown, make?: () => V): V | undefined {
    return (this.#limit.used < this.#end && this.#recent.get(key)) || this.#find(key, make); // short, so that V8 inlines a hit
  }

  #find(key: unknown, make: (() => V) | undefined): V | undefined {
    const limit = this.#limit;
    if (limit.used >= this.#end) {
      this.#end = limit.used + limit.size;
      [this.#older, this.#recent] = [this.#recent, new Map<unknown, V>()];
    }
    const value = this.#older.get(key) ?? make?.();
    if (value === undefined) return undefined;
    limit.used += 1;
    this.#recent.set(key, value);
    return value;
  }
}
