/** The day of the week as the encoder knows it; "Context indices" in `docs/model.md`. */

/** @returns 1 (Monday) to 7 (Sunday, local) as they are, 0 for anything else */
export function weekday(local: number): number {
  return Number.isInteger(local) && local >= 1 && local <= 7 ? local : 0;
}
