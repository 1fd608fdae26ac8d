import { generateKey } from '../key-bytes.js';

/** Where the command writes. */
export interface CommandOutput {
  out(text: string): void;
  err(text: string): void;
}

const help = `secretkit-sealed: keys for sealed records

Usage: secretkit-sealed key

  key      print a new key: 32 random bytes as base64
  --help   print this text

The key is a secret. Write it to a secret store at once:
  secretkit-sealed key | aws secretsmanager create-secret --name sealed-key --secret-string file:///dev/stdin
`;

/** Runs the command, and returns its exit code: 0, or 2 for wrong arguments. */
export function runCommand(args: readonly string[], { out, err }: CommandOutput): number {
  const [command] = args;
  if (args.length === 1 && command === 'key') {
    out(`${generateKey().reveal()}\n`);
    return 0;
  }
  if (args.length === 1 && (command === '--help' || command === '-h')) {
    out(help);
    return 0;
  }
  err(`secretkit-sealed: the argument must be "key" or "--help".\n\n${help}`); // an argument may be a secret
  return 2;
}
