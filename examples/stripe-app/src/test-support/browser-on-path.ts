import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Returns the path of a Chromium; `undefined` without one, except in CI. */
export function browserOnPath(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
  if (found === undefined && process.env['SECRETKIT_CI']) {
    throw new Error('Chromium must be on the PATH in CI. Install it.');
  }
  return found;
}
