import secretsManager from '@middy/secrets-manager';
import { type Load, type Subject, stringOf, ttlMs } from '../../src/subject.js';

/** Only its `before` hook, without the middy engine: it adds the secret to the context of a request. */
export const middy: Subject = {
  name: '@middy/secrets-manager',
  setup: 'before(), cacheExpiry, setToContext',
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
    return { read, valueOf: stringOf };
  },
};

// One middleware per name, because the secret to fetch is an option.
function middleware(name: string, load: Load): { before(request: object): Promise<void> } {
  class Client {
    async send(command: { readonly input: { readonly SecretId: string } }): Promise<object> {
      return { SecretString: await load(command.input.SecretId) };
    }
  }
  // Its types require the client of the AWS SDK, but it calls only `send`.
  return (secretsManager as unknown as (options: object) => { before(request: object): Promise<void> })({
    AwsClient: Client,
    fetchData: { token: name },
    cacheKey: `secrets-manager ${name}`,
    cacheExpiry: ttlMs,
    setToContext: true,
    disablePrefetch: true,
  });
}
