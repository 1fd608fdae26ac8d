import { doorsOfAdapters, reasons, usual } from './lines-per-door.js';

for (const { name, lines } of doorsOfAdapters()) {
  const reason = lines > usual ? (reasons.get(name) ?? 'NO REASON') : '';
  console.log(`${name.padEnd(24)} ${String(lines).padStart(5)}  ${reason}`.trimEnd());
}
