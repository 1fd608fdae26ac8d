import { run } from './run.js';

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
});

// A reader of the output may stop early, as `head` does. That is not a failure.
process.stdout.on('error', () => {
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), process.env, stop.signal);
