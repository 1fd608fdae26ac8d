// A user's program that is compiled only: the types allow and refuse what they should.
import { createSecrets, type Secret } from '@secretkit/core';
import { envSecrets } from '@secretkit/env';
import { memorySecrets } from '@secretkit/memory';
import { recommended } from '@secretkit/middleware/recommended';

const stack = recommended({ cache: { ttlMs: 60_000 } });
export const readOnly = createSecrets(stack(envSecrets()));
export const full = createSecrets(stack(memorySecrets()));

export const read: Promise<{ readonly db: Secret | undefined }> = readOnly.getMany({ db: 'DATABASE_URL' });
export const written: Promise<{ readonly version?: string }> = full.set('token', 'an example');
// @ts-expect-error environment variables cannot be written
export const refused = readOnly.set('token', 'an example');
