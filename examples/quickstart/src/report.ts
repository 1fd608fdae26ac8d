import { styleText } from 'node:util';

/** One read, as the table shows it. */
export interface Row {
  readonly asked: string;
  readonly answer: string;
  readonly from: string;
  readonly tookMs: number;
  readonly calls: number;
}

/** Where a story is told. */
export interface Report {
  heading(title: string, ...lines: string[]): void;
  section(title: string): void;
  row(row: Row): void;
  line(text: string): void;
}

type Style = Parameters<typeof styleText>[0];

/** Tells a story in aligned columns; in colour where the reader has a terminal that shows it. */
export function consoleReport(callsAre: string, colour: boolean): Report {
  const paint = (style: Style, text: string): string => (colour ? styleText(style, text) : text);
  const columns = (asked: string, answer: string, from: string, took: string, calls: string): string =>
    `  ${asked.padEnd(34)}  ${answer.padEnd(36)}  ${from.padEnd(8)}  ${took.padStart(9)}  ${calls.padStart(callsAre.length)}`;

  return {
    heading(title, ...lines) {
      console.log(`\n${paint('bold', title)}`);
      for (const line of lines) console.log(`  ${line}`);
      console.log(`\n${paint('dim', columns('asked', 'answer', 'from', 'took', callsAre))}`);
    },
    section(title) {
      console.log(`\n${paint('cyan', title)}`);
    },
    row({ asked, answer, from, tookMs, calls }) {
      console.log(columns(asked, answer, from, `${tookMs.toFixed(1)} ms`, String(calls)));
    },
    line(text) {
      console.log(`  ${text}`);
    },
  };
}
