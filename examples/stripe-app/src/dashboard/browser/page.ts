import { createRemoteReceiver, type RemoteChannel } from '@remote-ui/core';
import { createEndpoint, fromMessagePort } from '@remote-ui/rpc';
import type { PageSettings, ViewContext } from '../../page-settings.js';
import { draw } from './draw.js';

interface Extension {
  render(channel: RemoteChannel, context: ViewContext): Promise<void>;
}

const settings = JSON.parse(document.querySelector('#settings')?.textContent ?? '{}') as PageSettings; // its server wrote it

// The script comes before the frame, so that it cannot miss the message.
window.addEventListener('message', ({ data, source }) => {
  const frame = document.querySelector('iframe');
  const place = document.querySelector<HTMLElement>('#view');
  if (data !== 'extension_loaded' || source !== frame?.contentWindow || !place) return;
  const { port1, port2 } = new MessageChannel();
  frame?.contentWindow?.postMessage('init_extension', '*', [port2]); // a sandboxed frame has no origin to name
  const endpoint = createEndpoint<Extension>(fromMessagePort(port1));
  endpoint.expose({
    supportsFetchAppEmbeddedKey: async () => settings.embeddedKey !== undefined,
    fetchAppEmbeddedKey: async () => settings.embeddedKey,
    stripeApiFetch: (path: string, options: object) => post(settings.dashboard.url, { path, options }),
    fetchStripeSignature: (payload: object) => post('/signature', { ...payload }),
  });
  port1.start();
  const receiver = createRemoteReceiver();
  draw(receiver, place);
  endpoint.call
    .render(receiver.receive, settings.context)
    .catch((error: unknown) => place.append(String(error)));
});

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${settings.dashboard.token}` };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`the request was refused with ${response.status}`);
  return response.json();
}
