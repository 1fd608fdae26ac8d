import { seal } from '@secretkit/core';
import { jwtVerify, SignJWT } from 'jose';
import Stripe from 'stripe';
import { describe, expect, it, vi } from 'vitest';
import { verifyWith } from './verify-with.js';

const [current, previous] = [seal('CANARY-current'), seal('CANARY-previous')];

describe('verifyWith', () => {
  it.each(['CANARY-current', 'CANARY-previous'])(
    'accepts a webhook of Stripe that is signed with %s',
    async (secret) => {
      const { webhooks } = new Stripe('sk_test_example');
      const payload = JSON.stringify({ id: 'evt_1', object: 'event' });
      const header = webhooks.generateTestHeaderString({ payload, secret });
      const event = await verifyWith([current, previous], (key) =>
        webhooks.constructEvent(payload, header, key),
      );
      expect(event.id).toBe('evt_1');
    },
  );

  it.each(['CANARY-current', 'CANARY-previous'])(
    'accepts a token of jose that is signed with %s',
    async (key) => {
      const bytes = (text: string) => new TextEncoder().encode(text);
      const token = await new SignJWT({ sub: 'user' }).setProtectedHeader({ alg: 'HS256' }).sign(bytes(key));
      const { payload } = await verifyWith([current, previous], (each) => jwtVerify(token, bytes(each)));
      expect(payload.sub).toBe('user');
      await expect(
        verifyWith([seal('other'), undefined], (each) => jwtVerify(token, bytes(each))),
      ).rejects.toMatchObject({
        code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      });
    },
  );

  it('tries every key, whichever is right', async () => {
    const verify = vi.fn((key: string) => key === 'CANARY-current');
    expect(await verifyWith([current, previous], verify)).toBe(true);
    expect(verify).toHaveBeenCalledTimes(2);
  });

  it('returns false if every key does', async () => {
    expect(await verifyWith([current, previous], () => false)).toBe(false);
  });

  it('skips keys that are missing or have expired', async () => {
    const expired = seal('CANARY-expired', { expiresAt: new Date(1) });
    await expect(verifyWith([undefined, expired], () => true)).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([['CANARY'], [['CANARY']]])('refuses what is not a Secret, without quoting it', async (keys) => {
    const refused = verifyWith(keys as never, () => true);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.not.toThrow(/CANARY/);
  });
});
