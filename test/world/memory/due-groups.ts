interface Due {
  readonly name: string;
  readonly at: number;
  readonly sequence: number;
}

/** Groups by the time from which their head can be received: a heap in which only a group's last word counts. */
export class DueGroups {
  readonly #heap: Due[] = [];
  readonly #last = new Map<string, Due>();

  set(name: string, at: number, sequence: number): void {
    const old = this.#last.get(name);
    if (old?.at === at && old.sequence === sequence) return;
    const due = { name, at, sequence };
    this.#last.set(name, due);
    this.#push(due);
  }

  drop(name: string): void {
    this.#last.delete(name);
  }

  get nextAt(): number | undefined {
    return this.#first()?.at;
  }

  /** The group that has been due the longest; it is out until it is set again. */
  take(now: number): string | undefined {
    const first = this.#first();
    if (first === undefined || first.at > now) return undefined;
    this.#last.delete(first.name);
    this.#pop();
    return first.name;
  }

  #first(): Due | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || this.#last.get(first.name) === first) return first;
      this.#pop();
    }
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(due, heap[above] as Due)) break;
      heap[at] = heap[above] as Due;
      at = above;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Due, heap[below] as Due)) below += 1;
      if (!isBefore(heap[below] as Due, last)) break;
      heap[at] = heap[below] as Due;
      at = below;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
