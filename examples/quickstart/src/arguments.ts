import { parseArgs } from 'node:util';

const backendNames = ['stripe', 'memory', 'env'] as const;
export type BackendName = (typeof backendNames)[number] | 'live';

/** The arguments of the command line, or one line that names the mistake. */
export type Arguments =
  | { readonly backend: BackendName; readonly watch: boolean }
  | { readonly help: true }
  | { readonly mistake: string };

export const usage = `npm start -- [--backend ${backendNames.join('|')}] [--watch] [--live]

  --backend  source of the secrets: stripe (an emulator on this machine, the default), memory or env
  --watch    keep running, and redraw the state of each secret every second
  --live     read from Stripe itself, with the key in STRIPE_SECRET_KEY; writes nothing`;

export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): Arguments {
  let values: { backend?: string; live?: boolean; watch?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        backend: { type: 'string' },
        live: { type: 'boolean' },
        watch: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    const [sentence] = error instanceof Error ? error.message.split('. ') : [];
    return { mistake: `${sentence ?? 'Invalid flags'}. Try: npm start -- --help` };
  }
  if (values.help) return { help: true };
  const { backend = 'stripe', live = false, watch = false } = values;
  const known = backendNames.find((name) => name === backend);
  if (!known) return { mistake: `Unknown backend "${backend}". Known backends: ${backendNames.join(', ')}.` };
  if (!live) return { backend: known, watch };
  if (known !== 'stripe')
    return { mistake: `--live reads from Stripe, --backend ${known} does not. Use one of them.` };
  if (watch) return { mistake: '--watch redraws a demonstration, --live reads once. Use one of them.' };
  if (!env['STRIPE_SECRET_KEY']) {
    return {
      mistake: '--live needs an API key. Set STRIPE_SECRET_KEY, ideally to a restricted key of a sandbox.',
    };
  }
  return { backend: 'live', watch };
}
