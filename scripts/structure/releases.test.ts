import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface Release {
  readonly name: string;
  readonly type: string;
}

interface Plan {
  readonly releases: readonly Release[];
  readonly changesets: readonly { readonly releases: readonly Release[] }[];
}

// `changeset version` uses this package. It is a dependency of the command.
const changesetsOwn = createRequire(createRequire(import.meta.url).resolve('@changesets/cli'));
const { default: planOf } = changesetsOwn('@changesets/get-release-plan') as {
  readonly default: (folder: string) => Promise<Plan>;
};

it('a package becomes a major version only if a changeset says so', async () => {
  const { releases, changesets } = await planOf(fileURLToPath(new URL('../../', import.meta.url)));
  const majors = (of: readonly Release[]): string[] =>
    of.filter(({ type }) => type === 'major').map(({ name }) => name);
  const asked = changesets.flatMap((changeset) => majors(changeset.releases));
  expect(majors(releases).filter((name) => !asked.includes(name))).toEqual([]);
});
