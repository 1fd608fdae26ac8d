import secretsManager from '@middy/secrets-manager';
import { asIs, type Load, type Subject, ttlMs } from '../../src/subject.js';

/** Its `before` alone, without the engine around it: a request in, the context with the secret out. */
export const middy: Subject = {
  name: '@middy/secrets-manager',
  how: 'before(), cacheExpiry, setToContext',
  open(load) {
    const byName = new Map<string, ReturnType<typeof middleware>>();
    const read = async (name: string): Promise<unknown> => {
      let own = byName.get(name);
      if (!own) {
        own = middleware(name, load);
        byName.set(name, own);
      }
      const request = { internal: {}, context: {} as { token?: string } };
      await own.before(request);
      return request.context.token;
    };
    return { read, valueOf: asIs };
  },
};

// One for each name, since what it fetches is fixed when it is built.
function middleware(name: string, load: Load): { before(request: object): Promise<void> } {
  class Client {
    async send(command: { readonly input: { readonly SecretId: string } }): Promise<object> {
      return { SecretString: await load(command.input.SecretId) };
    }
  }
  // Its types want the client of the SDK, of which it uses `send`.
  return (secretsManager as unknown as (options: object) => { before(request: object): Promise<void> })({
    AwsClient: Client,
    fetchData: { token: name },
    cacheKey: `secrets-manager ${name}`,
    cacheExpiry: ttlMs,
    setToContext: true,
    disablePrefetch: true,
  });
}
