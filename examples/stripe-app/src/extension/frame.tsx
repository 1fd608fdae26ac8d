import type { RemoteChannel } from '@remote-ui/core';
import { createRemoteRoot, createRoot } from '@remote-ui/react';
import { createEndpoint, fromMessagePort, retain } from '@remote-ui/rpc';
import type { ViewContext } from '../page-settings.js';
import { openSecrets } from './open-secrets.js';
import { View } from './view.js';

// Stripe's own loader of an extension does this part in the real Dashboard.
window.addEventListener('message', ({ data, ports: [port] }) => {
  if (data !== 'init_extension' || !port) return;
  const endpoint = createEndpoint(fromMessagePort(port));
  port.start();
  Object.assign(globalThis, { __StripeExtExports: { endpoint } });
  endpoint.expose({
    render(channel: RemoteChannel, context: ViewContext) {
      retain(channel);
      const root = createRemoteRoot(channel);
      createRoot(root).render(<View secrets={openSecrets()} context={context} />);
      return root.mount();
    },
  });
});
window.parent.postMessage('extension_loaded', '*');
