import { startEmulator } from '@secretkit/stripe-emulator';
import { startPartner, tokenLifeMs } from './partner-server.js';
import { startBackend } from './start-backend.js';
import { fromExtension, type Viewer } from './ui-extension.js';

// A day of a backend, over HTTP on this machine: an emulated Stripe, a made-up partner, and a clock that skips hours.
let skipped = 0;
const now = (): number => Date.now() + skipped;
const emulator = await startEmulator({ now });
const partner = await startPartner('client-secret_not-a-real-one', now);
const secrets = { signing: 'absec_not-a-real-one', client: 'client-secret_not-a-real-one' };
emulator.secrets.put({ name: 'app-signing-secret', payload: secrets.signing });
emulator.secrets.put({ name: 'partner-client-secret', payload: secrets.client });
const start = () =>
  startBackend({ apiKey: 'sk_test_example', stripeUrl: emulator.url, partnerUrl: partner.url, now });
let backend = await start();

const alice = { account_id: 'acct_1', user_id: 'usr_alice' };
const bob = { account_id: 'acct_2', user_id: 'usr_bob' };

console.log(row('', 'responses', 'calls to the store', 'renewals'));
await step('two users connect with the partner', () =>
  Promise.all([alice, bob].map((who) => ask('/connect', who, { code: `code-of-${who.user_id}` }))),
);
await backend.close();
backend = await start();
await step('a cold start, a hundred concurrent requests', () => hundred(alice));
await step('the next hundred', () => hundred(alice));
skipped += tokenLifeMs - 60_000;
await step('a minute before the token expires', () => hundred(alice));
await step('the next hundred, with the new token', () => hundred(alice));
await step('one tenant requests another’s secrets', () =>
  Promise.all([ask('/connection', alice, { of: { account: bob.account_id, user: bob.user_id } })]),
);
secrets.signing = 'absec_not-a-real-one-either';
emulator.secrets.put({ name: 'app-signing-secret', payload: secrets.signing });
await step('the signing secret has been rotated', () => hundred(alice));
emulator.faults.add({ kind: 'serverError', status: 503, times: Infinity });
skipped += 30 * 60_000;
await step('the store is down', () => hundred(alice));

await backend.close();
await partner.close();
await emulator.close();

function ask(path: string, who: Viewer, more: Readonly<Record<string, unknown>> = {}) {
  return fromExtension(backend.url + path, { ...who, ...more }, secrets.signing, now());
}

function hundred(who: Viewer) {
  return Promise.all(Array.from({ length: 100 }, () => ask('/orders', who)));
}

async function step(what: string, run: () => Promise<readonly { readonly status: number }[]>): Promise<void> {
  const before = { calls: emulator.requests.count(), renewals: partner.refreshes() };
  const answers = await run();
  const statuses = [...new Set(answers.map(({ status }) => status))];
  const calls = emulator.requests.count() - before.calls;
  const counted = statuses.map(
    (status) => `${answers.filter((each) => each.status === status).length} × ${status}`,
  );
  console.log(row(what, counted.join(', '), String(calls), String(partner.refreshes() - before.renewals)));
}

function row(what: string, answers: string, calls: string, renewals: string): string {
  return `${what.padEnd(46)}${answers.padEnd(12)}${calls.padStart(18)}${renewals.padStart(10)}`;
}
