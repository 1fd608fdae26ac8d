import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const workflow = new URL('../../.github/workflows/release.yml', import.meta.url);

/** Returns the script by which the release workflow publishes the packages in a folder. */
export function publishScript() {
  const { steps } = parse(readFileSync(workflow, 'utf8')).jobs.publish;
  return steps.find(({ id }) => id === 'publish').run;
}
