/** Waits for a work, but not longer than so many milliseconds: a page opens even while the worker is busy, and is completed then. */
export async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, milliseconds))]);
}
