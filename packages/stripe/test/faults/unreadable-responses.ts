import { gzipped, html, huge, mangled, secretResponse, text } from '../responses.js';
import { serveRedirect } from '../test-server.js';
import { type Fault, fails, serving } from './fault.js';

/** The response is not JSON, is too large, or is a redirect. */
export const unreadableResponses: readonly Fault[] = [
  ...(
    [
      [503, 'an overloaded proxy'],
      [502, 'a proxy without a backend'],
      [403, 'a firewall'],
      [200, 'a captive portal'],
    ] as const
  ).map(
    ([status, sender]): Fault => ({
      name: `${status} HTML from ${sender}`,
      serve: serving(html(status)),
      outcomes: fails('unavailable', status),
      losesStatus: true,
    }),
  ),
  {
    name: '200 with truncated JSON',
    serve: serving(mangled((body, response) => text(200, body.slice(0, -1))(response.req, response))),
    outcomes: fails('unavailable', 200),
    losesStatus: true,
  },
  {
    name: '200 with an empty body',
    serve: serving(text(200, '')),
    outcomes: fails('unavailable', 200),
    losesStatus: true,
  },
  { name: '204', serve: serving(text(204, '')), outcomes: fails('unavailable', 204), losesStatus: true },
  {
    name: '200 with 50 MB',
    serve: serving(huge(50)),
    serveSmall: serving(huge(2)),
    outcomes: fails('unavailable', 200),
    node: fails('invalid_data', 200),
    fetch: fails('invalid_data', 200),
    note: 'reads the whole body',
  },
  {
    name: '200 with 50 MB, compressed to 50 kB',
    serve: serving(gzipped(50)),
    serveSmall: serving(gzipped(2)),
    outcomes: fails('unavailable', 200),
    fetch: fails('invalid_data', 200),
    note: 'reads the whole body',
    losesStatus: true,
  },
  {
    name: '302 to another origin',
    serve: () => serveRedirect(302, secretResponse()),
    outcomes: fails('unavailable', 302),
    fetch: { set: fails('invalid_data', 200), others: 'success' },
    note: 'follows it',
    losesStatus: true,
  },
  {
    name: '307 to another origin',
    serve: () => serveRedirect(307, secretResponse()),
    outcomes: fails('unavailable', 307),
    fetch: 'success',
    note: 'follows it, and sends a write with its value there',
    losesStatus: true,
  },
];
