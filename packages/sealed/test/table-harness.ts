import type { Fixture, Harness } from '@secretkit/conformance';
import { SecretError, seal } from '@secretkit/core/provider';
import { fakeClock } from '@secretkit/testing';
import { sealedCodec } from '../src/sealed-codec.js';
import { ownerOf } from '../src/table/row-key.js';
import { maxValueBytes } from '../src/table/row-record.js';
import { sealedSecrets } from '../src/table/sealed-secrets.js';
import type { SecretTable } from '../src/table/secret-table.js';

/** Returns the harness of a table. `open` must return an empty one. The clock of the table is that of the provider. */
export function tableHarness(open: () => Promise<SecretTable> | SecretTable): Harness {
  return {
    traits: {
      scopes: ['account', 'user'],
      expiryResolutionMs: 1,
      maxValueLength: maxValueBytes - 2,
      isName: (name) => Buffer.byteLength(name) <= 1_024,
    },
    async open(): Promise<Fixture> {
      const { now, advance } = fakeClock();
      const backend = await open();
      let count = 0;
      let losing: 'before' | 'after' | undefined;
      const lost = (): SecretError => {
        losing = undefined;
        return new SecretError('unavailable', 'the connection is lost.');
      };
      const counted = <A extends unknown[], R>(method: (...args: A) => R): ((...args: A) => R) => {
        return (...args) => {
          count += 1;
          return method(...args);
        };
      };
      const table: SecretTable = {
        name: backend.name,
        read: counted(async (...args) => {
          if (losing === 'before') throw lost();
          return backend.read(...args);
        }),
        remove: counted(backend.remove),
        page: counted(backend.page),
        versions: counted(backend.versions),
        write: counted(async (...args) => {
          const isWritten = await backend.write(...args);
          if (losing) throw lost();
          return isWritten;
        }),
      };
      const keys = [{ id: 'k1', key: new Uint8Array(32).fill(7) }];
      const provider = sealedSecrets({ table, codec: sealedCodec({ keys, namespace: 'conformance' }), now });
      const other = sealedSecrets({
        table: backend,
        codec: sealedCodec({ keys, namespace: 'conformance' }),
        now,
      });
      return {
        provider,
        calls: () => count,
        now,
        advance,
        put: (ref, value, expiresAt) => other.set(ref, seal(value, { expiresAt }), {}),
        putBytes: (ref, value) => other.set(ref, seal(value), {}),
        loseWrite(moment) {
          losing = moment;
        },
        async remove({ name, scope }) {
          const key = { ...ownerOf(scope), name };
          const [row] = await backend.read([key], {});
          if (row) await backend.remove(key, row.version, {});
        },
      };
    },
  };
}
