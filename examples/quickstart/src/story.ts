import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { isSecretError, type Secret } from '@secretkit/core';
import { type Application, application, show } from './application.js';
import type { Backend } from './backend.js';
import { names } from './names.js';
import type { Report } from './report.js';

/** What an application gets from its secrets, told on whatever backend they come from. */
export async function tellStory(backend: Backend, report: Report, signal: AbortSignal): Promise<void> {
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
    printSecret(await app.secrets.require(names.database), report);
    report.section(`${backend.calls()} ${backend.callsAre} in all.`);
    tellWhatIsLeftOut(backend, report);
  } finally {
    await app.secrets.close();
  }
}

async function readAgain({ secrets, read }: Application, report: Report): Promise<void> {
  report.section('The first read goes to the backend, the next is answered by the cache.');
  await read(names.database, () => secrets.get(names.database), show);
  await read(`${names.database}, again`, () => secrets.get(names.database), show);
}

async function readAllAtOnce({ secrets, read }: Application, report: Report): Promise<void> {
  report.section('A thousand readers of a secret that is not in the cache make one call.');
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
    'A batch asks only for what is not in the cache, in one call where the backend can do that.',
  );
  const { database, mail, login, oauth } = names;
  const batch = (): Promise<Record<string, Secret | undefined>> =>
    secrets.getMany({ database, mail, login, oauth });
  await read('four names, one of them cached', batch, (found) => Object.values(found).map(show).join(' '));
}

async function readUsersOwn({ secrets, read }: Application, user: string, report: Report): Promise<void> {
  report.section(
    "A user's secret of the same name is another secret, and a client within a scope cannot leave it.",
  );
  const hers = secrets.scoped({ user });
  const accounts = await secrets.require(names.oauth);
  await read(
    `${names.oauth}, of ${user}`,
    () => hers.require(names.oauth),
    (secret) =>
      secret.reveal() === accounts.reveal() ? "the account's!" : `${show(secret)}, not the account's`,
  );
  const leave = (): Promise<unknown> =>
    hers.get({ name: names.oauth, scope: { user: 'usr_mallory' } }).catch((error: unknown) => error);
  await read(`${names.oauth}, of usr_mallory`, leave, (error) =>
    isSecretError(error) ? `refused: ${error.code}` : 'not refused!',
  );
}

async function readShortLived(
  { secrets, read }: Application,
  name: string,
  report: Report,
): Promise<Secret | undefined> {
  report.section('A secret that expires is kept no longer than it lives.');
  return read(
    name,
    () => secrets.get(name),
    (secret) =>
      secret?.expiresAt
        ? `${show(secret)}, for ${((secret.expiresAt.getTime() - Date.now()) / 1_000).toFixed(1)} s more`
        : 'none',
  );
}

async function surviveLimit(
  { secrets, read, retries }: Application,
  limit: () => void,
  report: Report,
): Promise<void> {
  report.section('A 429 is waited out, for a random part of a growing time.');
  limit();
  await read(
    `${names.database}, fresh`,
    () => secrets.get(names.database, { fresh: true }),
    (secret) =>
      [show(secret), ...retries().map(({ code, delayMs }) => `after ${code}, ${delayMs.toFixed(0)} ms`)].join(
        ' ',
      ),
  );
}

async function outlive(
  { secrets, read }: Application,
  { expiresAt }: Secret,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  report.section('… and from its expiry on it is gone.');
  await sleep(Math.max(0, (expiresAt?.getTime() ?? 0) - Date.now()), undefined, { signal });
  await read(`${names.shortLived}, later`, () => secrets.get(names.shortLived), show);
}

function tellWhatIsLeftOut({ user, shortLived, limitNextCall }: Backend, report: Report): void {
  const without = [
    user === undefined && 'scopes',
    shortLived === undefined && 'expiry',
    limitNextCall === undefined && 'rate limit',
  ].filter(Boolean);
  if (without.length > 0) {
    report.line(`Left out, since this backend has no ${without.join(', no ')}: see --backend stripe.`);
  }
}

function printSecret(secret: Secret, report: Report): void {
  report.section('Printing a secret shows nothing of it.');
  report.line(`console.log(secret)            ${inspect(secret)}`);
  report.line(`JSON.stringify({ secret })     ${JSON.stringify({ secret })}`);
  report.line('secret.reveal()                the only way to the value');
}
