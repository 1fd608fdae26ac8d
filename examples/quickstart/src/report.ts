import { styleText } from 'node:util';

/** One row of the table: a read. */
export interface Row {
  readonly title: string;
  readonly answer: string;
  readonly from: string;
  readonly tookMs: number;
  readonly calls: number;
}

/** Output of the demonstration. */
export interface Report {
  heading(title: string, ...lines: string[]): void;
  section(title: string): void;
  row(row: Row): void;
  line(text: string): void;
}

type Style = Parameters<typeof styleText>[0];

/** Prints in aligned columns; in colour where the terminal shows it. */
export function consoleReport(callUnit: string, colour: boolean): Report {
  const paint = (style: Style, text: string): string => (colour ? styleText(style, text) : text);
  const columns = (title: string, answer: string, from: string, took: string, calls: string): string =>
    `  ${title.padEnd(34)}  ${answer.padEnd(36)}  ${from.padEnd(8)}  ${took.padStart(9)}  ${calls.padStart(callUnit.length + 7)}`;

  return {
    heading(title, ...lines) {
      console.log(`\n${paint('bold', title)}`);
      for (const line of lines) console.log(`  ${line}`);
      console.log(`\n${paint('dim', columns('read', 'answer', 'from', 'took', `${callUnit} so far`))}`);
    },
    section(title) {
      console.log(`\n${paint('cyan', title)}`);
    },
    row({ title, answer, from, tookMs, calls }) {
      console.log(columns(title, answer, from, `${tookMs.toFixed(1)} ms`, String(calls)));
    },
    line(text) {
      console.log(`  ${text}`);
    },
  };
}
