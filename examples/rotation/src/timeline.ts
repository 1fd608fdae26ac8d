const levels = [...'▁▂▃▄▅▆▇█'];

interface Slot {
  answers: number;
  failures: number;
  mark?: string;
}

/** The answers of some seconds as a line of bars, one for each slot of time. */
export class Timeline {
  readonly #slotMs: number;
  readonly #count: number;
  readonly #startedAt = performance.now();
  readonly #slots: Slot[] = [];

  constructor(durationMs: number, count: number) {
    this.#slotMs = durationMs / count;
    this.#count = count;
  }

  answer(isFailure: boolean): void {
    if (!isFailure && this.#elapsed() >= this.#count) return; // a busy machine is late
    const slot = this.#slot();
    slot.answers += 1;
    if (isFailure) slot.failures += 1;
  }

  /** Shows a sign before the bar of this moment. */
  mark(sign: string): void {
    const slot = this.#slot();
    slot.mark = (slot.mark ?? '') + sign;
  }

  /** A bar is as high as the number of answers; a failure is a cross. */
  toString(): string {
    this.#slot(); // a pause at the end is shown, too
    const most = Math.max(1, ...this.#slots.map(({ answers }) => answers));
    const bars = this.#slots.map(({ answers, failures, mark = '' }) => {
      const level = levels[Math.ceil((answers / most) * levels.length) - 1];
      return mark + (failures > 0 ? '✗' : (level ?? ' '));
    });
    return bars.join('');
  }

  #elapsed(): number {
    return Math.floor((performance.now() - this.#startedAt) / this.#slotMs);
  }

  #slot(): Slot {
    const at = Math.min(this.#elapsed(), this.#count - 1);
    while (this.#slots.length <= at) this.#slots.push({ answers: 0, failures: 0 });
    return this.#slots[at] as Slot; // it was added
  }
}
