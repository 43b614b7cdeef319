const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** A price as it stands on a label. */
export const money = (amount: number): string => dollars.format(amount);
