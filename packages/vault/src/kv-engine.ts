import { own, type Secret, SecretError, type SecretMeta, type SecretVersion } from '@secretkit/core/provider';
import type { HttpFailure } from '@secretkit/http';
import { dateIn, numberIn, objectIn, textIn } from './answer-fields.js';
import { type KvData, sealedData } from './kv-value.js';
import type { KvVersion, MountVersion } from './kv-version.js';
import { segmentsOf } from './secret-path.js';
import type { VaultAnswer, VaultCall } from './vault-calls.js';
import { isNothing, textsIn } from './vault-errors.js';
import type { VaultRequest } from './vault-http.js';

type Signal = AbortSignal | undefined;

/** What is at a path: a secret; a version without one, since it is empty or was deleted; or nothing. */
export type Found =
  | { readonly secret: Secret }
  | { readonly secret: undefined; readonly emptyVersion: number | undefined }
  | undefined;

/** The requests of the key-value engine, version 1 and 2. */
export interface KvEngine {
  /** @throws `unsupported` for a version, if the engine has none. */
  read(path: string, version: string | undefined, signal: Signal): Promise<Found>;
  /** Writes; with `cas` only if the current version is that one, which is 0 for none. Returns the version that was made. */
  write(path: string, data: KvData, cas: number | undefined, signal: Signal): Promise<string | undefined>;
  /** Deletes all versions, so that they can be restored; or with everything that is known about the secret. */
  remove(path: string, how: 'soft' | 'all', signal: Signal): Promise<void>;
  /** Returns the versions that can be read, newest first. */
  versions(path: string, signal: Signal): Promise<readonly SecretVersion[]>;
  /** Returns keys of a folder, in order, after one of them: those that end with "/" are folders. */
  keys(folder: string, after: string | undefined, limit: number, signal: Signal): Promise<readonly string[]>;
  /** @throws `unsupported` for version 1. */
  requireVersions(signal: Signal): Promise<void>;
}

export interface KvEngineOptions {
  readonly call: VaultCall;
  readonly mount: readonly string[];
  readonly version: MountVersion;
  readonly key: string | undefined;
  readonly now: () => number;
}

/** Whether a text names a version of the engine. The server would read -1 as the latest one. */
export function isVersion(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text);
}

export function kvEngine({ call, mount, version: mounted, key, now }: KvEngineOptions): KvEngine {
  type Place = 'data' | 'metadata' | 'delete';

  async function request(
    place: Place,
    path: string,
    { signal, ...rest }: Omit<VaultRequest, 'path'>,
  ): Promise<VaultAnswer & { readonly engine: KvVersion }> {
    const segments = path === '' ? [] : segmentsOf(path);
    const engine = await mounted.get(signal);
    const at = engine === 2 ? [place, ...segments] : segments;
    const answer = await call({ ...rest, path: [...mount, ...at], signal });
    if (answer.status === 404 && !deletedIn(answer)) await mounted.confirm(signal);
    return { ...answer, engine };
  }

  async function requireVersions(signal: Signal): Promise<void> {
    if ((await mounted.get(signal)) === 2) return;
    throw new SecretError(
      'unsupported',
      'the engine has version 1, which keeps no versions. Upgrade it, or set kvVersion to 1.',
    );
  }

  async function metadata(path: string, signal: Signal): Promise<object | undefined> {
    const { status, body } = await request('metadata', path, { signal, isAnswer: isNothing });
    return status === 404 ? undefined : objectIn(body, 'data');
  }

  async function versions(path: string, signal: Signal): Promise<readonly SecretVersion[]> {
    const found = await metadata(path, signal);
    return Object.entries(objectIn(found, 'versions') ?? {})
      .filter(([version, each]) => isVersion(version) && isReadable(each, now()))
      .map(([version, each]) => ({ version, ...datesIn(each as object) }))
      .sort((one, other) => Number(other.version) - Number(one.version));
  }

  return {
    requireVersions,
    versions,

    async read(path, version, signal) {
      if (version !== undefined) await requireVersions(signal);
      if (version !== undefined && !isVersion(version)) return undefined;
      const { status, body, engine } = await request('data', path, {
        signal,
        isAnswer: (failure) => isNothing(failure) || deletedIn(failure) !== undefined,
        ...(version !== undefined && { query: { version } }),
      });
      const data = objectIn(body, 'data');
      if (status === 404) {
        const deleted = deletedIn({ body });
        return deleted === undefined ? undefined : { secret: undefined, emptyVersion: deleted };
      }
      const secret =
        engine === 1 ? sealedData(data, key, {}) : sealedData(own(data, 'data'), key, metaIn(data));
      if (secret) return { secret };
      return { secret, emptyVersion: numberIn(objectIn(data, 'metadata'), 'version') };
    },

    async write(path, data, cas, signal) {
      const engine = await mounted.get(signal);
      const body = engine === 1 ? data : { data, ...(cas !== undefined && { options: { cas } }) };
      const answer = await request('data', path, { method: 'POST', body, signal });
      if (engine === 1 && answer.status === 204) return undefined;
      const version = numberIn(objectIn(answer.body, 'data'), 'version');
      if (version !== undefined) return String(version);
      throw new SecretError(
        'invalid_data',
        'the write is not confirmed. Check the address and the option kvVersion, and read the secret.',
      );
    },

    async remove(path, how, signal) {
      if ((await mounted.get(signal)) === 1 || how === 'all') {
        await request('metadata', path, { method: 'DELETE', signal, isAnswer: isNothing });
        return;
      }
      const live = await versions(path, signal);
      if (live.length === 0) return;
      const body = { versions: live.map(({ version }) => Number(version)) };
      await request('delete', path, { method: 'POST', body, signal, isAnswer: isNothing });
    },

    async keys(folder, after, limit, signal) {
      const isPaged = (await mounted.get(signal)) === 2;
      const query = { list: true, ...(isPaged && { limit, after }) };
      const path = folder.replace(/\/$/, '');
      const { status, body } = await request('metadata', path, { query, signal, isAnswer: isNothing });
      if (status === 404) return [];
      // Vault, and version 1 of the engine, ignore `after` and `limit`.
      return keysIn(objectIn(body, 'data'))
        .filter((each) => after === undefined || compareBytes(each, after) > 0)
        .sort(compareBytes)
        .slice(0, limit);
    },
  };
}

/** @throws `invalid_data` for anything but a list of keys, or an answer without one, which an empty folder may have. */
function keysIn(data: object | undefined): readonly string[] {
  const keys: unknown = data && (own(data as { readonly keys?: unknown }, 'keys') ?? []);
  if (Array.isArray(keys) && keys.every((each) => typeof each === 'string' && each !== '')) {
    return keys as string[];
  }
  throw new SecretError('invalid_data', 'the answer has no list of keys. Check the address.');
}

/** Returns the number of a version that the answer says is deleted or destroyed; `undefined` for any other answer. */
function deletedIn({ body }: Pick<HttpFailure, 'body'>): number | undefined {
  const data = objectIn(body, 'data');
  const metadata = objectIn(data, 'metadata');
  const isDeleted = textIn(metadata, 'deletion_time') !== undefined || isDestroyed(metadata);
  if (!isDeleted || own(data, 'data') !== null || textsIn({ body }).length > 0) return undefined;
  return numberIn(metadata, 'version');
}

function isDestroyed(metadata: object | undefined): boolean {
  return own(metadata as { readonly destroyed?: unknown } | undefined, 'destroyed') === true;
}

function isReadable(version: unknown, nowMs: number): boolean {
  if (typeof version !== 'object' || version === null || isDestroyed(version)) return false;
  const deletion = dateIn(version, 'deletion_time');
  return deletion === undefined || deletion.getTime() > nowMs;
}

function metaIn(data: object | undefined): SecretMeta {
  const metadata = objectIn(data, 'metadata') ?? {};
  const version = numberIn(metadata, 'version');
  return { ...datesIn(metadata), ...(version !== undefined && { version: String(version) }) };
}

/** The moment at which the engine deletes a version is its expiry. */
function datesIn(metadata: object): { readonly createdAt?: Date; readonly expiresAt?: Date } {
  const [createdAt, expiresAt] = [dateIn(metadata, 'created_time'), dateIn(metadata, 'deletion_time')];
  return { ...(createdAt && { createdAt }), ...(expiresAt && { expiresAt }) };
}

const encoder = new TextEncoder();

/** The order of the server: by the bytes of UTF-8. */
function compareBytes(one: string, other: string): number {
  const [a, b] = [encoder.encode(one), encoder.encode(other)];
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
