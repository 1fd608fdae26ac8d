import { run } from './run.js';

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
});

// Whoever reads the output may leave early, as `head` does: that is an end, and no failure.
process.stdout.on('error', () => {
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), process.env, stop.signal);
