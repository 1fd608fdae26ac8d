import { readFileSync } from 'node:fs';

/** Returns the statements of a migration. */
export function migration(database: 'postgres' | 'mysql' | 'sqlite'): readonly string[] {
  const text = readFileSync(new URL(`../migrations/${database}.sql`, import.meta.url), 'utf8');
  const statements = text.replaceAll(/--.*/g, '').split(';');
  return statements.map((statement) => statement.trim()).filter(Boolean);
}
