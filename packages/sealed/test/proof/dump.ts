import { seal } from '@secretkit/core/provider';
import { type SealedCodec, sealedCodec } from '../../src/sealed-codec.js';
import { sealedSecrets } from '../../src/table/sealed-secrets.js';
import type { SecretTable } from '../../src/table/secret-table.js';

const canaries = Array.from({ length: 20 }, (_, at) => `CANARY-9b1d~${at}/not+a secret~${'x'.repeat(at)}`);

/** Writes canaries, each twice and one sealed again, and returns how many of them show in a dump, in any encoding. */
export async function canariesIn(
  table: SecretTable,
  dump: () => Promise<string>,
  isPlain: boolean,
): Promise<{ readonly written: number; readonly shown: number }> {
  const keys = [1, 2].map((byte) => ({ id: `k${byte}`, key: new Uint8Array(32).fill(byte) }));
  const codecs = isPlain
    ? [plainCodec]
    : [keys, [...keys].reverse()].map((each) => sealedCodec({ keys: each, namespace: 'shop/production' }));
  for (const [at, canary] of canaries.entries()) {
    const provider = sealedSecrets({ table, codec: codecs[0]! });
    const ref = { name: `token-${at}`, scope: { account: 'acct_1' } };
    await provider.set(ref, seal(at % 2 ? canary : Buffer.from(canary)), {});
    await provider.set(ref, seal(canary), {});
  }
  for (const codec of codecs) await sealedSecrets({ table, codec }).reseal();
  const text = await dump();
  return { written: canaries.length, shown: canaries.filter((canary) => shows(text, canary)).length };
}

/** Whether a text has the middle of a canary in one of these encodings. */
function shows(text: string, canary: string): boolean {
  const bytes = Buffer.from(canary);
  const base64 = [0, 1, 2].map((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return shifted.slice(offset === 0 ? 0 : 4, -4); // the bytes around it change both ends
  });
  const forms = [
    canary,
    encodeURIComponent(canary),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
  ];
  return forms.some(
    (form) => text.includes(form) || text.includes(form.replaceAll('+', '-').replaceAll('/', '_')),
  );
}

/** What an application writes that does not encrypt. */
const plainCodec: SealedCodec = {
  keyId: 'plain',
  seal: async (_, { secret }) => secret?.reveal() ?? '',
  open: async (_, record) => ({ opened: true, secret: seal(record), fetchedAt: new Date(0), keyId: 'plain' }),
  names: async ({ ref }) => [typeof ref === 'string' ? ref : ref.name],
};
