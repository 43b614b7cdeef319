import type { Locator, Page } from 'playwright';

/** The shelf of a placement of the demo shop. */
export const shelf = (page: Page, placement: string): Locator =>
  page.locator(`.shelf[data-placement="${placement}"]`);

/** Ids of the products that it shows, in their order. */
export const products = (page: Page, placement: string): Promise<string[]> =>
  shelf(page, placement)
    .locator('.card')
    .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.recluseItem!));
