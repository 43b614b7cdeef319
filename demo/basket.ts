/** What is in the basket. Kept by the shop, not by the recommender: until the check-out it is a plan, not a purchase. */
import { recall, remember } from './remember.ts';

/** One product in the basket. */
export interface BasketLine {
  readonly id: string;
  count: number;
  /** Ids of the `cart` interactions that this line caused, so that taking it out takes them back. */
  readonly tracked: string[];
}

export class Basket {
  #lines: BasketLine[] = recall('basket', []);
  readonly #changed: () => void;

  /** `changed` is called after every change. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get lines(): readonly BasketLine[] {
    return this.#lines;
  }

  /** Pieces in all. */
  get size(): number {
    return this.#lines.reduce((sum, { count }) => sum + count, 0);
  }

  countOf(id: string): number {
    return this.#lines.find((line) => line.id === id)?.count ?? 0;
  }

  /** One more piece, because of the interaction of that id. */
  add(id: string, interaction: string): void {
    const line = this.#lines.find((other) => other.id === id);
    if (line) {
      line.count += 1;
      line.tracked.push(interaction);
    } else this.#lines.push({ id, count: 1, tracked: [interaction] });
    this.#keep();
  }

  /** One piece fewer. Returns the interaction to take back, if there is one. */
  take(id: string): string | undefined {
    const line = this.#lines.find((other) => other.id === id);
    if (!line) return undefined;
    line.count -= 1;
    const interaction = line.tracked.pop();
    if (line.count === 0) this.#lines = this.#lines.filter((other) => other !== line);
    this.#keep();
    return interaction;
  }

  /** Lays lines into it again that were in it before, beside what has come since. */
  putBack(lines: readonly BasketLine[]): void {
    const returned = new Set(lines.map(({ id }) => id));
    this.#lines = [...lines, ...this.#lines.filter(({ id }) => !returned.has(id))];
    this.#keep();
  }

  clear(): void {
    this.#lines = [];
    this.#keep();
  }

  #keep(): void {
    remember('basket', this.#lines.length > 0 ? this.#lines : undefined);
    this.#changed();
  }
}
