import type { ReadOptions, SecretsReader } from '@secretkit/core';
import {
  checkOptions,
  isSecretError,
  type Secret,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import { missing } from './answer-to.js';
import { copyTree, type Place } from './copy-tree.js';
import { failureOf, isAny, type Problem } from './problems.js';
import { checkClient, readAll, refusedBy } from './read-all.js';
import { parseReference } from './reference.js';
import type { Resolved } from './resolved.js';

/**
 * A copy of a config tree in which every reference has become the `Secret` it stands for. References are texts such as
 * `secret://db-password` or `secret://token?user=usr_1&account=acct_1`, and what `ref` makes, anywhere in plain objects and
 * arrays. One batch reads them all; each problem is told with its path; nothing is resolved unless everything is.
 *
 * A reference is the whole text: within a longer one it is none. `\secret://…` stands for the text without the backslash.
 * Instances of classes, dates, buffers, maps and functions are the same in the copy, and not looked into.
 *
 * @throws `TypeError` for wrong options. A `SecretError`: `invalid_argument` for malformed references, before anything is
 * read; else as `loadSecrets`. See `problemsOf`.
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
  options: ReadOptions = {},
): Promise<Resolved<T>> {
  return (await resolve('resolveReferences', config, secrets, options, (secret) => secret)) as Resolved<T>; // each reference is a Secret now
}

/**
 * The same with plain texts in place of `Secret`s, for libraries that take nothing else. What it gives prints: hand it over,
 * and keep it nowhere.
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
  options: ReadOptions = {},
): Promise<Resolved<T, string>> {
  const reveal = (secret: Secret): string => secret.reveal();
  return (await resolve('revealReferences', config, secrets, options, reveal)) as Resolved<T, string>; // each reference is its text now
}

async function resolve(
  owner: string,
  config: unknown,
  secrets: SecretsReader,
  options: ReadOptions,
  show: (secret: Secret) => unknown,
): Promise<unknown> {
  checkClient(owner, secrets);
  checkOptions(owner, options, ['signal', 'fresh']);
  const { places, finish } = copyTree(config);
  const read = places.map((place) => ({ ...place, ref: refOf(place) }));
  const wanted = read.flatMap(({ at, ref }) => (isSecretError(ref) ? [] : { at, ref }));
  const malformed = read.flatMap(({ at, ref }): Problem[] =>
    isSecretError(ref) ? [{ at, error: ref }] : [],
  );
  const refused = [...malformed, ...refusedBy(secrets, wanted)];
  if (isAny(refused)) throw failureOf('references are malformed, and nothing has been read.', refused);

  const answers = await readAll(secrets, wanted, options);
  const problems = wanted.flatMap(({ at, ref }, i): Problem[] => {
    const answer = answers[i];
    if (isSecretError(answer)) return [{ at, error: answer }];
    return answer ? [] : [{ at, error: missing({ ref }) }];
  });
  if (isAny(problems)) {
    throw failureOf(`${problems.length} of ${wanted.length} references cannot be resolved.`, problems);
  }
  for (const [i, { put }] of places.entries()) put(show(answers[i] as Secret)); // there is no problem
  return finish();
}

function refOf({ text }: Place): SecretRef | SecretError {
  if (isSecretError(text)) return text;
  try {
    return parseReference(text);
  } catch (error) {
    if (isSecretError(error)) return error;
    throw error;
  }
}
