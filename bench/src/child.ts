import type { Measurement } from './in-child.js';

// The process that `inChild` starts: it measures, sends the result, and exits even if timers are left.
process.once('message', (message) => {
  void run(message as Measurement).then((result) => {
    process.send?.({ result }, () => process.exit());
  });
});

async function run({ module, argument }: Measurement): Promise<unknown> {
  const { measure } = (await import(`./measurements/${module}.js`)) as {
    readonly measure: (argument: unknown) => Promise<unknown>;
  };
  return measure(argument);
}
