import { run } from './run.js';

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
});

process.exitCode = await run(process.argv.slice(2), process.env, stop.signal);
