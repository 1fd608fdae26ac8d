import type { SecretsReader } from '@secretkit/core';
import {
  checkOptions,
  isSecretError,
  kindOf,
  missingError,
  type Secret,
  type SecretError,
} from '@secretkit/core/provider';
import { type AllowOptions, checkAllow, refsNotAllowed } from './allow.js';
import { copyTree, isCopied, type Place } from './copy-tree.js';
import { failureOf, hasProblems, type Problem } from './problems.js';
import { checkClient, readAll, refusedRefs } from './read-all.js';
import { type ParsedReference, parseReference } from './reference.js';
import type { Resolved } from './resolved.js';

/**
 * Returns a copy of a config tree in which each reference is replaced with its `Secret`. A reference is a string such as
 * `secret://db-password`, `secret://token?user=usr_1&account=acct_1` or `secret://prod/db?version=1#password`, or an object that
 * `ref` made, anywhere in plain objects and arrays. One batch reads all of them, and all fields of a secret are one read. One error lists all problems with their paths; then nothing is resolved.
 *
 * A reference must be the whole string: part of a longer string is not replaced. A backslash escapes: `\secret://…` becomes
 * the string without the backslash. Instances of classes, dates, buffers, maps and functions are copied by reference, and must
 * not contain a reference.
 *
 * @throws `TypeError` for wrong options, and for a tree that is not a plain object, an array or a string, such as a promise.
 * `SecretError`, before anything is read, with the code `invalid_argument` for references that are malformed or in an instance
 * of a class, and `permission_denied` for those that `allow` refuses; otherwise as `loadSecrets`. See `problemsOf`.
 * @example
 * ```ts
 * import { resolveReferences } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const secrets = createSecrets(memorySecrets({ initial: { 'db-password': 'example' } }));
 * const file: unknown = JSON.parse('{ "host": "db.example", "password": "secret://db-password" }');
 * console.log(await resolveReferences(file, secrets)); // { host: 'db.example', password: [secret] }
 * ```
 */
export async function resolveReferences<T>(
  config: T,
  secrets: SecretsReader,
  options: AllowOptions = {},
): Promise<Resolved<T>> {
  return (await resolve('resolveReferences', config, secrets, options, (secret) => secret)) as Resolved<T>; // each reference is a Secret now
}

/**
 * Returns the same copy with plain strings instead of `Secret`s, for libraries that accept nothing else. The strings show up
 * when the copy is printed: pass it on, and do not keep it.
 *
 * @throws As `resolveReferences`.
 * @example
 * ```ts
 * import { ref, revealReferences } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const secrets = createSecrets(memorySecrets({ initial: { 'db-password': 'example' } }));
 * const { password } = await revealReferences({ user: 'app', password: ref('db-password') }, secrets);
 * console.log(password.length); // 7
 * ```
 */
export async function revealReferences<T>(
  config: T,
  secrets: SecretsReader,
  options: AllowOptions = {},
): Promise<Resolved<T, string>> {
  const reveal = (secret: Secret): string => secret.reveal();
  return (await resolve('revealReferences', config, secrets, options, reveal)) as Resolved<T, string>; // each reference is a string now
}

async function resolve(
  owner: string,
  config: unknown,
  secrets: SecretsReader,
  given: AllowOptions,
  present: (secret: Secret) => unknown,
): Promise<unknown> {
  checkClient(owner, secrets);
  const options = checkOptions(owner, given, ['signal', 'fresh', 'allow']);
  checkAllow(owner, options.allow);
  checkTree(owner, config);
  const { places, finish } = copyTree(config);
  const all = places.map((place) => ({ at: place.at, parsed: parsedOf(place) }));
  const refs = all.flatMap(({ at, parsed }) => (isSecretError(parsed) ? [] : { at, ...parsed }));
  const malformed = all.flatMap(({ at, parsed }): Problem[] =>
    isSecretError(parsed) ? [{ at, error: parsed }] : [],
  );
  const refused = [
    ...malformed,
    ...refusedRefs(secrets, refs),
    ...refsNotAllowed(owner, refs, options.allow),
  ];
  if (hasProblems(refused)) throw failureOf('references are refused. Nothing has been read.', refused);

  const answers = await readAll(secrets, refs, options);
  const problems = refs.flatMap(({ at, ref, field }, index): Problem[] => {
    const answer = answers[index];
    if (isSecretError(answer)) return [{ at, error: answer }];
    return answer ? [] : [{ at, error: missingError(secrets, ref, field) }];
  });
  if (hasProblems(problems)) {
    throw failureOf(`${problems.length} of ${refs.length} references could not be resolved.`, problems);
  }
  for (const [index, { put }] of places.entries()) put(present(answers[index] as Secret)); // there are no problems
  return finish();
}

function checkTree(owner: string, config: unknown): void {
  if (typeof config === 'string' || isCopied(config)) return;
  throw new TypeError(
    `${owner}: config must be a plain object, an array or a string, got ${kindOf(config)}. Pass a plain copy, such as { ...config }.`,
  );
}

function parsedOf({ text }: Place): ParsedReference | SecretError {
  if (isSecretError(text)) return text;
  try {
    return parseReference(text);
  } catch (error) {
    if (isSecretError(error)) return error;
    throw error;
  }
}
