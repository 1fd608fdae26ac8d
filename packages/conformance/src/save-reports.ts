import { mkdirSync, writeFileSync } from 'node:fs';
import type { ConformanceReport } from './report.js';

/**
 * Returns an `onReport` that writes each report to a folder, as `<name>.json`. The folder is created if it is absent.
 *
 * @param folder - A `file:` URL that ends with a slash.
 * @example
 * ```ts
 * import { describeProvider, fakeHarness, saveReports } from '@secretkit/conformance';
 * import { describe, it } from 'node:test';
 *
 * const onReport = saveReports(new URL('../reports/', import.meta.url));
 * describeProvider('fake', fakeHarness(({ provider }) => provider), { describe, it }, { onReport });
 * ```
 */
export function saveReports(folder: URL): (report: ConformanceReport) => void {
  return (report) => {
    mkdirSync(folder, { recursive: true });
    const name = report.name.replaceAll(/[/\\]/g, '-');
    const file = new URL(`${encodeURIComponent(name)}.json`, folder);
    writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  };
}
