import { parseArgs } from 'node:util';

const backendNames = ['stripe', 'memory', 'env'] as const;
export type BackendName = (typeof backendNames)[number] | 'live';

/** What the command line asks for, or the one line that says what is wrong with it. */
export type Arguments =
  | { readonly backend: BackendName }
  | { readonly help: true }
  | { readonly mistake: string };

export const usage = `npm start -- [--backend ${backendNames.join('|')}] [--live]

  --backend  where the secrets come from: stripe (an emulator on this machine, the default), memory or env
  --live     read from Stripe itself, with the key in STRIPE_SECRET_KEY; nothing is written`;

export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): Arguments {
  let values: { backend?: string; live?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        backend: { type: 'string' },
        live: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    const [sentence] = error instanceof Error ? error.message.split('. ') : [];
    return { mistake: `${sentence ?? 'The flags cannot be read'}. Try: npm start -- --help` };
  }
  if (values.help) return { help: true };
  const { backend = 'stripe', live = false } = values;
  const known = backendNames.find((name) => name === backend);
  if (!known)
    return { mistake: `There is no backend "${backend}". Choose one of ${backendNames.join(', ')}.` };
  if (!live) return { backend: known };
  if (known !== 'stripe')
    return { mistake: `--live reads from Stripe, and --backend ${known} does not. Drop one of them.` };
  if (!env['STRIPE_SECRET_KEY']) {
    return {
      mistake: '--live needs an API key: set STRIPE_SECRET_KEY, best to a restricted one of a sandbox.',
    };
  }
  return { backend: 'live' };
}
