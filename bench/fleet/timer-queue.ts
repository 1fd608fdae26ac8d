/** A callback that is due at a point in virtual time. A cancelled timer has no `run`. */
export interface Timer {
  readonly at: number;
  /** The sequence number; it decides between timers that are due at the same time. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** A priority queue of timers: a binary heap, because a fleet has tens of thousands at once. */
export class TimerQueue {
  readonly #heap: Timer[] = [];
  #order = 0;

  add(at: number, run: () => void): Timer {
    const timer: Timer = { at, order: this.#order, run };
    this.#order += 1;
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  /** Returns the earliest timer that is not cancelled, and leaves it in the queue. */
  peek(): Timer | undefined {
    while (this.#heap[0] && !this.#heap[0].run) this.#removeFirst();
    return this.#heap[0];
  }

  /** Removes and returns the earliest timer that is not cancelled. */
  take(): Timer | undefined {
    const first = this.peek();
    if (first) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
  }

  #rise(start: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swappedIfEarlier(at, parent)) return;
      at = parent;
    }
  }

  #sink(start: number): void {
    let at = start;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const child = right < this.#heap.length && this.#isEarlier(right, left) ? right : left;
      if (child >= this.#heap.length || !this.#swappedIfEarlier(child, at)) return;
      at = child;
    }
  }

  #swappedIfEarlier(child: number, parent: number): boolean {
    if (!this.#isEarlier(child, parent)) return false;
    const lower = this.#heap[child] as Timer; // both are in the heap
    this.#heap[child] = this.#heap[parent] as Timer;
    this.#heap[parent] = lower;
    return true;
  }

  #isEarlier(one: number, other: number): boolean {
    const a = this.#heap[one] as Timer; // both are in the heap
    const b = this.#heap[other] as Timer;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }
}
