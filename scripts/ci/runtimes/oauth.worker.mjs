// One process of the proof `oauth`: `oauth.worker.mjs SETTINGS`, in JSON. It follows the messages of its parent.
import { compose, createSecrets } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { oauthTokens } from '@secretkit/oauth';
import { stores } from './oauth.stores.mjs';

const {
  store,
  settings,
  tokenEndpoint,
  api,
  cacheMs = 60_000,
  storeMs = 5_000,
  options,
} = JSON.parse(process.argv[2]);
let offsetMs = 0;
const now = () => Date.now() + offsetMs;
const clock = { now };
const stack = compose(cache({ ttlMs: cacheMs, ...clock }), retry(), timeout({ timeoutMs: storeMs }));
const secrets = createSecrets(stack(stores[store].open(settings, { seal })), clock);
const oauth = oauthTokens(secrets, {
  tokenEndpoint,
  clientId: 'app',
  clientSecret: 'client-secret',
  now,
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-pid': String(process.pid) } }),
  onEvent: ({ kind, ref, code }) =>
    process.send({ event: { kind, code, account: ref.scope.account, pid: process.pid } }),
  ...options,
});

/** Returns the status of the API for one call. */
async function call(account) {
  const ask = (token) => fetch(api, { headers: { authorization: `Bearer ${token.reveal()}` } });
  const { status } = await oauth.use({ account }, async (token) => {
    const response = await ask(token);
    await response.body?.cancel();
    return response;
  });
  return status;
}

const messages = {
  async connect({ account, response }) {
    await secrets.set('client-secret', 'example');
    await oauth.connect({ account }, response);
  },
  async calls({ account, calls, clockMs }) {
    offsetMs = clockMs;
    const answers = await Promise.all(
      Array.from({ length: calls }, () => call(account).catch((error) => error.code ?? String(error))),
    );
    return Object.fromEntries(
      [...new Set(answers)].map((each) => [each, answers.filter((answer) => answer === each).length]),
    );
  },
  accounts({ accounts }) {
    wanted = new Set(accounts);
    for (const account of accounts) if (!loops.has(account)) void loop(account);
  },
};

let wanted = new Set();
const loops = new Set();

/** Calls the API for one account until it is not wanted any more. */
async function loop(account) {
  loops.add(account);
  while (wanted.has(account)) {
    const answer = await call(account).catch((error) => error.code ?? String(error));
    process.send({ answer: { account, answer } });
    await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 700));
  }
  loops.delete(account);
}

process.on('message', async ({ id, kind, ...message }) => {
  const answer = await Promise.resolve(messages[kind](message)).catch((error) => ({ failed: error.message }));
  process.send({ id, answer });
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
