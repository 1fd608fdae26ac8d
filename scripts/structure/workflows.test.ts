import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './manifests.mjs';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = `${root}.github/workflows/`;
const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(folder + file, 'utf8');
  const workflow = parse(text) as Workflow; // GitHub refuses a workflow of another form
  return {
    file,
    text,
    workflow,
    jobs: Object.entries(workflow.jobs).map(([name, job]) => ({ name, ...job })),
  };
});

describe.each(workflows)('$file', ({ text, workflow, jobs }) => {
  const steps = jobs.flatMap((job) => job.steps);

  it('gives no permission to a job that does not ask for it', () => {
    expect(workflow.permissions).toEqual({});
    expect(jobs.filter(({ permissions }) => permissions === undefined)).toEqual([]);
  });

  it('pins every action by the digest of a commit, with its version in a comment', () => {
    const pinned = text.match(/^ +(?:- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm) ?? [];
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.filter((uses) => !pinned.some((line) => line.includes(` ${uses} #`)))).toEqual([]);
    expect(pinned).toHaveLength(used.length);
  });

  it('leaves no credentials in a checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });

  it('uses no long-lived secret', () => {
    const secrets = [...text.matchAll(/secrets(?:\.|\[['"])(\w+)/g)].map(([, name]) => name);
    expect(secrets.filter((name) => name !== 'GITHUB_TOKEN')).toEqual([]);
  });
});

describe('a job that can publish', () => {
  const publishing = workflows.flatMap(({ jobs }) =>
    jobs.filter(({ permissions }) => permissions?.['id-token'] === 'write'),
  );

  it('is the one that publishes to npm', () => {
    expect(publishing.map(({ name }) => name)).toEqual(['publish']);
  });

  it('has no other permission, and no checkout', () => {
    expect(publishing.map(({ permissions }) => permissions)).toEqual([{ 'id-token': 'write' }]);
    const actions = publishing.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses?.split('@')[0] ?? []));
    expect(actions.sort()).toEqual(['actions/download-artifact', 'actions/setup-node']);
  });

  it('installs no dependency, and runs nothing of the repository', () => {
    const scripts = publishing.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    const programs =
      /\b(?:npx|pnpm|pnpx|yarn|corepack|curl|wget)\b|\bnpm (?!view |publish )|\.ci\/|scripts\/|node_modules/;
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((script) => programs.test(script))).toEqual([]);
    expect(scripts.filter((script) => /\bnpm publish\b(?!.* --ignore-scripts)/.test(script))).toEqual([]);
  });
});
