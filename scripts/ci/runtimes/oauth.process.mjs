// A process of the proof `oauth`, as its parent sees it.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts one. `on` gets its events and answers. */
export async function startWorker(settings, on = () => undefined) {
  const child = fork(fileURLToPath(new URL('oauth.worker.mjs', import.meta.url)), [JSON.stringify(settings)]);
  const waiting = new Map();
  let id = 0;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('a process of the proof ended at its start')));
    child.on('message', (message) => {
      if (message.ready) return resolve();
      if (message.id === undefined) return on(message);
      waiting.get(message.id)?.(message.answer);
      return waiting.delete(message.id);
    });
  });
  return {
    pid: child.pid,
    ask: (kind, message = {}) =>
      new Promise((resolve) => {
        id += 1;
        waiting.set(id, resolve);
        child.send({ id, kind, ...message }, (error) => error && resolve(undefined));
      }),
    signal: (name) => child.kill(name),
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
