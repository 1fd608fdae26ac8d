import { parse } from 'dotenv';

/** The content of a `.env` file. */
export interface DotenvFile {
  /** The variables, by their names as in the file. */
  readonly variables: ReadonlyMap<string, string>;
  /** The number of the first line that is neither an assignment, nor a comment, nor empty. */
  readonly strayLine?: number;
}

/**
 * Whitespace, an assignment, or another line. The second is the expression of the package, without its beginning `^\s*`, which
 * reads all blank lines again at each of them: 50,000 took many seconds. A value in quotes may have several lines.
 */
const part =
  /\s+|((?:export\s+)?[\w.-]+(?:\s*=\s*?|:\s+?)(?:\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$)|.+/gm;

/** Parses a `.env` file as the package `dotenv` does: nothing is expanded or run. */
export function parseDotenv(text: string): DotenvFile {
  const variables = new Map<string, string>();
  const rest = text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(part, (found, assignment?: string) => {
      if (assignment === undefined) return found;
      for (const [name, value] of Object.entries(parse(assignment))) variables.set(name, value);
      return found.replaceAll(/[^\n]/g, '');
    })
    .split('\n');
  const at = rest.findIndex((line) => !/^\s*(?:#.*)?$/.test(line));
  return at === -1 ? { variables } : { variables, strayLine: at + 1 };
}
