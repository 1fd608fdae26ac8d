import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import Stripe from 'stripe';
import type { PageSettings } from '../page-settings.js';

/** A page on this machine that stands in for the Stripe Dashboard, with the extension in a sandboxed frame. */
export interface LocalDashboard {
  readonly origin: string;
  /** Sets what the page needs, before it is opened. */
  open(settings: DashboardSettings): void;
  close(): Promise<void>;
}

export interface DashboardSettings extends PageSettings {
  /** Signs the requests of the extension to the backend, as Stripe does. */
  readonly signingSecret: string;
  /** The clock of the signatures, in epoch milliseconds. */
  readonly now: () => number;
}

export async function startDashboard(): Promise<LocalDashboard> {
  const [page, extension] = await Promise.all([
    bundle('./browser/page.ts'),
    bundle('../extension/frame.tsx'),
  ]);
  let settings: DashboardSettings | undefined;
  const files: Readonly<Record<string, () => readonly [type: string, content: string]>> = {
    '/': () => ['text/html', pageHtml(settings)],
    '/page.js': () => ['text/javascript', page],
    '/extension': () => ['text/html', `<!doctype html><script src="/extension.js"></script>`],
    '/extension.js': () => ['text/javascript', extension],
  };
  const server = createServer((request, response) => {
    const { url = '/' } = request;
    if (request.method === 'POST' && url === '/signature') {
      void sign(request, settings).then(
        (signature) => response.setHeader('content-type', 'application/json').end(JSON.stringify(signature)),
        () => response.writeHead(401).end(),
      );
      return;
    }
    const [type, content] = files[url]?.() ?? ['text/plain', ''];
    response.writeHead(content === '' ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    origin: `http://127.0.0.1:${port}`,
    open(next) {
      settings = next;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    format: 'iife',
    jsx: 'automatic',
    platform: 'browser',
    conditions: ['@secretkit/source'],
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** Signs the ids of the session, as Stripe does: an extension cannot choose them. */
async function sign(request: IncomingMessage, settings: DashboardSettings | undefined): Promise<string> {
  if (!settings || request.headers.authorization !== `Bearer ${settings.dashboard.token}`)
    throw new Error('no session');
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
  const { userContext } = settings.context;
  const payload = JSON.stringify({
    ...(JSON.parse(text) as object),
    user_id: userContext.id,
    account_id: userContext.account.id,
  });
  return Stripe.webhooks.generateTestHeaderString({
    payload,
    secret: settings.signingSecret,
    timestamp: Math.floor(settings.now() / 1_000),
  });
}

function pageHtml({ context, dashboard, embeddedKey }: Partial<DashboardSettings> = {}): string {
  const settings = JSON.stringify({ context, dashboard, embeddedKey }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<link rel="icon" href="data:,">
<title>A Dashboard on this machine</title>
<style>
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1a1f36; background: #f6f8fa; }
  header { padding: 16px 24px; background: #1a1f36; color: #fff; }
  main { max-width: 420px; margin: 24px; }
  .ContextView { display: flex; flex-direction: column; gap: 12px; padding: 24px; background: #fff; border: 1px solid #d5dbe1; border-radius: 8px; }
  h2, p { margin: 0; overflow-wrap: anywhere; }
  h2 { font-size: 18px; }
  .Banner { order: -1; padding: 12px 16px; border-left: 4px solid #0570de; background: #eef6fd; border-radius: 4px; }
  .ContextView > h2 { order: -2; }
  .Banner.critical { border-color: #c0123c; background: #fdeef1; }
  .Banner h2 { font-size: 16px; }
  button { padding: 8px 12px; font: inherit; text-align: left; color: inherit; background: #fff; border: 1px solid #d5dbe1; border-radius: 6px; }
  button.primary { color: #fff; background: #0570de; border-color: #0570de; }
  button.destructive { color: #fff; background: #c0123c; border-color: #c0123c; }
  iframe { display: none; }
</style>
<header>A Dashboard on this machine: ${context?.userContext.id ?? ''} on ${context?.userContext.account.id ?? ''}</header>
<main id="view"></main>
<script type="application/json" id="settings">${settings}</script>
<script src="/page.js"></script>
<iframe sandbox="allow-scripts" src="/extension"></iframe>
</html>
`;
}
