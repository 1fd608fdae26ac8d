import type { Measurement } from './in-child.js';

// Started by `inChild`: measures one thing, tells what came of it, and ends whatever timers are left.
process.once('message', (message) => {
  void answer(message as Measurement).then((result) => {
    process.send?.({ result }, () => process.exit());
  });
});

async function answer({ module, argument }: Measurement): Promise<unknown> {
  const { measure } = (await import(`./measurements/${module}.js`)) as {
    readonly measure: (argument: unknown) => Promise<unknown>;
  };
  return measure(argument);
}
