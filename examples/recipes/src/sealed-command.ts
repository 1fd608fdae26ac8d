// The program that `npx @secretkit/sealed` runs, from its source.
import { runCommand } from '../../../packages/sealed/src/command/run-command.js';

process.exitCode = runCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
