/** The hour as the encoder knows it; "Context indices" in `docs/model.md`. */

/** @returns 1 to 24 for 0 to 23 o'clock (local), 0 for anything else */
export function hour(local: number): number {
  return Number.isInteger(local) && local >= 0 && local <= 23 ? local + 1 : 0;
}
