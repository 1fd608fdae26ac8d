import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { isSecretError, type Secret } from '@secretkit/core';
import { type Application, application, show } from './application.js';
import type { Backend } from './backend.js';
import { names } from './names.js';
import type { Report } from './report.js';
import { type Rotate, rotatePool } from './rotate-pool.js';

/** Demonstrates what an application gets from its secrets, on any backend. */
export async function runStory(backend: Backend, report: Report, signal: AbortSignal): Promise<void> {
  const app = application(backend, report);
  report.heading('An application reads its secrets', app.layers);
  try {
    await readAgain(app, report);
    await readAllAtOnce(app, report);
    await readBatch(app, report);
    signal.throwIfAborted();
    if (backend.user) await readUsersOwn(app, backend.user, report);
    const shortLived = backend.shortLived && (await readShortLived(app, backend.shortLived, report));
    if (backend.limitNextCall) await surviveLimit(app, backend.limitNextCall, report);
    if (shortLived) await outlive(app, shortLived, report, signal);
    if (backend.beginOutage) await surviveOutage(app, backend.beginOutage, report, signal);
    else explainSecret(app, report);
    if (backend.revoke) await denyAccess(app, backend.revoke, report);
    if (backend.rotate) await rotate(app, backend.rotate, report);
    printSecret(await app.secrets.require(names.database), report);
    report.section(`${backend.calls()} ${backend.callUnit} in total.`);
    reportOmissions(backend, report);
  } finally {
    await app.secrets.close();
  }
}

async function readAgain({ secrets, read }: Application, report: Report): Promise<void> {
  report.section('The first read goes to the backend, the second one is a cache hit.');
  await read(names.database, () => secrets.get(names.database), show);
  await read(`${names.database}, again`, () => secrets.get(names.database), show);
}

async function readAllAtOnce({ secrets, read }: Application, report: Report): Promise<void> {
  report.section('A thousand concurrent readers of one secret make one call (request coalescing).');
  const many = (): Promise<(Secret | undefined)[]> =>
    Promise.all(Array.from({ length: 1_000 }, () => secrets.get(names.webhook)));
  await read(
    `1,000 × ${names.webhook}`,
    many,
    (all) => `${all.filter(Boolean).length.toLocaleString('en')} × [secret]`,
  );
}

async function readBatch({ secrets, read }: Application, report: Report): Promise<void> {
  report.section(
    'A batch fetches only the secrets that are not cached, in one call where the backend supports it.',
  );
  const { database, mail, login, oauth } = names;
  const batch = (): Promise<Record<string, Secret | undefined>> =>
    secrets.getMany({ database, mail, login, oauth });
  await read('four names, one of them cached', batch, (found) => Object.values(found).map(show).join(' '));
}

async function readUsersOwn({ secrets, read }: Application, user: string, report: Report): Promise<void> {
  report.section('A scoped client reads only the secrets of its scope: here those of usr_alice.');
  const ofUser = secrets.scoped({ user });
  const accounts = await secrets.require(names.oauth);
  await read(
    `${names.oauth} of ${user}`,
    () => ofUser.require(names.oauth),
    (secret) =>
      secret.reveal() === accounts.reveal() ? "the account's!" : `${show(secret)}, not the account's one`,
  );
  const leave = (): Promise<unknown> =>
    ofUser.get({ name: names.oauth, scope: { user: 'usr_mallory' } }).catch((error: unknown) => error);
  await read(`${names.oauth} of usr_mallory`, leave, refusal);
}

async function readShortLived(
  { secrets, read }: Application,
  name: string,
  report: Report,
): Promise<Secret | undefined> {
  report.section('A secret with an expiry is never served past it (see the last read).');
  return read(
    name,
    () => secrets.get(name),
    (secret) =>
      secret?.expiresAt
        ? `${show(secret)}, expires in ${((secret.expiresAt.getTime() - Date.now()) / 1_000).toFixed(1)} s`
        : 'none',
  );
}

async function surviveLimit(
  { secrets, read, retries }: Application,
  limit: () => void,
  report: Report,
): Promise<void> {
  report.section('A rate limit (429) is retried after exponential backoff with full jitter.');
  limit();
  await read(
    `${names.database}, fresh`,
    () => secrets.get(names.database, { fresh: true }),
    (secret) =>
      [show(secret), ...retries().map(({ delayMs }) => `1 retry after ${delayMs.toFixed(0)} ms`)].join(' '),
  );
}

const graceMs = 5; // a date has whole milliseconds, and a timer may be a little early

async function outlive(
  { secrets, read }: Application,
  { expiresAt }: Secret,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  report.section('After its expiry the short-lived secret is gone.');
  await sleep(Math.max(0, (expiresAt?.getTime() ?? 0) + graceMs - Date.now()), undefined, { signal });
  await read(`${names.shortLived}, later`, () => secrets.get(names.shortLived), show);
}

async function surviveOutage(
  app: Application,
  begin: () => () => void,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { secrets, read } = app;
  report.section(
    'In an outage of the backend the copy in memory is served after its TTL, and marked as stale.',
  );
  const staleAt = [names.database, names.mail].map((name) => secrets.explain(name).staleAt?.getTime() ?? 0);
  await sleep(Math.max(0, Math.max(...staleAt) + graceMs - Date.now()), undefined, { signal });
  const end = begin();
  await read(`${names.database}, in an outage`, () => secrets.get(names.database), show);
  explainSecret(app, report);
  end();
}

async function denyAccess(
  { secrets, read }: Application,
  revoke: (name: string) => void,
  report: Report,
): Promise<void> {
  report.section('A denial is not an outage: the copy in memory is dropped at once.');
  revoke(names.mail);
  const denied = (): Promise<unknown> => secrets.get(names.mail).catch((error: unknown) => error);
  await read(`${names.mail}, after a revocation`, denied, refusal);
}

async function rotate({ secrets }: Application, store: Rotate, report: Report): Promise<void> {
  const rotations = 3;
  report.section(
    'A pool follows its password without a restart. Here the database and its pool are pretend ones.',
  );
  const { queries, failed, refusedLogins } = await rotatePool(secrets, store, rotations);
  report.line(
    `${rotations} rotations under load: ${failed} of ${queries} queries failed; ${refusedLogins} logins were refused, and repeated.`,
  );
}

function refusal(answer: unknown): string {
  return isSecretError(answer) ? `refused: ${answer.code}` : 'not refused!';
}

function reportOmissions(backend: Backend, report: Report): void {
  const without = [
    backend.user === undefined && 'scopes',
    backend.shortLived === undefined && 'expiry',
    backend.limitNextCall === undefined && 'rate limit',
    backend.beginOutage === undefined && 'outage',
    backend.rotate === undefined && 'rotation',
  ].filter(Boolean);
  if (without.length > 0) {
    report.line(`Not shown: this backend has no ${without.join(', no ')}. See --backend stripe.`);
  }
}

function explainSecret({ secrets }: Application, report: Report): void {
  report.section('An explanation reports what the next read gets, and why. It makes no call.');
  for (const line of String(secrets.explain(names.database)).split('\n')) report.line(line);
}

function printSecret(secret: Secret, report: Report): void {
  report.section('Printing a secret never shows its value.');
  report.line(`console.log(secret)            ${inspect(secret)}`);
  report.line(`JSON.stringify({ secret })     ${JSON.stringify({ secret })}`);
  report.line('secret.reveal()                returns the value');
}
