// A process of the tests of snapshotFiles: writes records of one name until it is ended. Its last argument is its letter.
import { snapshotFiles } from '../src/snapshot/node.js';

const [folder = '', name = '', letter = ''] = process.argv.slice(2);
const store = snapshotFiles({ folder });
process.send?.('ready');
process.once('message', () => void write());

async function write(): Promise<void> {
  for (let at = 0; process.connected; at += 1) {
    await store.write(name, letter.repeat(1 + ((at * 7_919) % 50_000)));
    if (at === 20) process.send?.('busy');
  }
}
