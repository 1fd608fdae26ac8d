import { application, show } from './application.js';
import type { Backend } from './backend.js';
import type { Report } from './report.js';

/** Reads every secret of a real store twice. Writes nothing. */
export async function runLiveStory(backend: Backend, report: Report, signal: AbortSignal): Promise<void> {
  const app = application(backend, report);
  const { secrets, read } = app;
  report.heading('The secrets that your API key can read', app.layers);
  try {
    const names: string[] = [];
    const walk = async (): Promise<void> => {
      for await (const { name } of secrets.list({ signal })) names.push(name);
    };
    await read('names of the account scope', walk, () => `${names.length} names`);
    for (const name of names) {
      await read(name, () => secrets.get(name, { signal }), show);
      await read(`${name}, again`, () => secrets.get(name, { signal }), show);
    }
    report.section(`${backend.calls()} ${backend.callUnit} in total.`);
  } finally {
    await secrets.close();
  }
}
