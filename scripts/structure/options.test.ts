import { describe, expect, it } from 'vitest';
import { type Package, packages } from './workspace.js';

/** An option as the source has it. */
interface Option {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  readonly optional: boolean;
}

/** What a number counts, by its name; a jitter and a share are parts of something. */
const units =
  /^jitter$|^share$|Ms$|Entries$|Attempts$|Accounts$|PerSecond$|PerScope$|Size$|^port$|Bytes|Seconds/;

/** The fields of the options that a user passes when something is built, by the interface's name. */
function optionsOf({ sources }: Package): [string, Option[]][] {
  return sources
    .filter(({ isTest }) => !isTest)
    .flatMap(({ text }) =>
      [
        ...text.matchAll(
          /^export interface (\w+(?:Options|Setup))(?:<\w+>)?(?: extends [^{]+)? \{\n([^]*?)^\}/gm,
        ),
      ].map(([, name = '', body = '']): [string, Option[]] => [name, fieldsOf(body)]),
    )
    .filter(([name]) =>
      /^(Cache|Fallback|Observe|Telemetry|Retry|Timeout|CircuitBreaker|FailureShare|RateLimit|Recommended|Secrets|\w+Secrets|\w+Opener|StripeClient|CreateStripeClient|Emulator)Options$|^SecretsModule(Options|Setup)/.test(
        name,
      ),
    );
}

function fieldsOf(body: string): Option[] {
  return [...body.matchAll(/^ {2}(\/\*\*[^]*?\*\/)?\s*(?:readonly )?(\w+)(\??):([^]*?);\n/gm)].map(
    ([, doc = '', name = '', optional = '', type = '']) => ({ name, doc, type, optional: optional === '?' }),
  );
}

/** The first cells of a README's tables. */
function rowsOf(readme: string): string[] {
  return [...readme.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name);
}

const documented = packages.filter((each) => optionsOf(each).length > 0);

it('there are options to look at', () => {
  expect(documented.map(({ folder }) => folder)).toEqual(
    expect.arrayContaining(['conformance', 'env', 'memory', 'middleware', 'stripe', 'stripe-emulator']),
  );
});

describe.each(documented)('$folder', (each) => {
  const all = optionsOf(each);

  it.each(all)('%s: every option stands in the README', (_, options) => {
    const rows = rowsOf(each.read('README.md') ?? '');
    expect(options.map(({ name }) => name).filter((name) => !rows.includes(name))).toEqual([]);
  });

  it.each(all)('%s: every option says what it is, its default and its unit', (_, options) => {
    for (const { name, doc, type, optional } of options) {
      expect(doc, name).not.toBe('');
      if (optional && !/\) => void/.test(type) && name !== 'name')
        expect(doc, name).toContain('@defaultValue');
      if (type.trim().startsWith('number')) expect(name, `the unit of ${name}`).toMatch(units);
    }
  });

  it('every option in the README exists', () => {
    const readme = each.read('README.md') ?? '';
    const tables = [...readme.matchAll(/^\| option[^]*?(?=\n\n|$(?![^]))/gm)]
      .map(([table]) => table)
      .join('\n');
    const known = all.flatMap(([, options]) => options.map(({ name }) => name));
    expect(rowsOf(tables).filter((name) => !known.includes(name))).toEqual([]);
  });
});
