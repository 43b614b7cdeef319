/** Sold to whoever looks for it, suggested to nobody. */
const unadvertised = /cigar|tobacco|snuff/i;

/** Whether the shop may suggest a product of its own accord. */
export const mayBeSuggested = ({ categories }: { readonly categories: readonly string[] }): boolean =>
  !categories.some((category) => unadvertised.test(category));
