/** The parts of a score as one small stacked bar with its key. */
import { html, type Markup } from './markup.ts';
import { partName } from './words.ts';

/** Positive parts with their share of the positive evidence, largest first; crumbs below 1 % left out. */
export function shares(parts: Readonly<Record<string, number>>): { name: string; share: number }[] {
  const positive = Object.entries(parts).filter(([, part]) => part > 0);
  const sum = positive.reduce((total, [, part]) => total + part, 0);
  return positive
    .map(([name, part]) => ({ name, share: part / sum }))
    .filter(({ share }) => share >= 0.01)
    .sort((a, b) => b.share - a.share);
}

/** The bar alone; its meaning is in the key or in the label. */
export function partsBar(parts: Readonly<Record<string, number>>): Markup {
  let from = 0;
  const pieces = shares(parts).map(({ name, share }) => {
    const piece = html`<rect class="part part-${name}" x="${(from * 100).toFixed(2)}" width="${(share * 100).toFixed(2)}" height="8"></rect>`;
    from += share;
    return piece;
  });
  const label = shares(parts)
    .map(({ name, share }) => `${partName(name)} ${Math.round(share * 100)} %`)
    .join(', ');
  return html`<svg class="parts" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${label || 'no evidence yet'}">${pieces}</svg>`;
}

/** What the colours mean. */
export const partsKey = (names: readonly string[]): Markup =>
  html`<ul class="parts-key" role="list">${names.map((name) => html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="part part-${name}" width="10" height="10" rx="3"></rect></svg>${partName(name)}</li>`)}</ul>`;
