import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@secretkit/core';

/** Returns a session as text: the account and its signature. */
export function sign(account: string, key: Secret): string {
  return `${account}.${createHmac('sha256', key.reveal()).update(account).digest('base64url')}`;
}

/** Returns the account of a session, or `undefined` if the signature is wrong. */
export function verify(session: string, key: Secret): string | undefined {
  const account = session.slice(0, session.lastIndexOf('.'));
  const [given, own] = [session, sign(account, key)].map((text) => Buffer.from(text)) as [Buffer, Buffer];
  return given.length === own.length && timingSafeEqual(given, own) ? account : undefined;
}
