/** An aisle or a category: all that stands there, what suits the visitor first. */
import { atMost } from '../at-most.ts';
import { slug } from '../label.ts';
import { element, html } from '../markup.ts';
import { glide } from '../motion.ts';
import { picture } from '../picture.ts';
import type { Page } from '../route.ts';
import type { Shop } from '../shop.ts';
import { productGrid } from './grid.ts';

/** Categories one step further in, the fullest first. */
function narrower(
  name: string,
  kind: 'aisle' | 'category',
  items: readonly { categories: readonly string[] }[],
): string[] {
  const count = new Map<string, number>();
  for (const { categories } of items) {
    const next =
      kind === 'aisle' ? (categories[1] ?? categories[0]) : categories[categories.indexOf(name) + 1];
    if (next && next !== name) count.set(next, (count.get(next) ?? 0) + 1);
  }
  const all = [...count].sort(([, a], [, b]) => b - a).map(([category]) => category);
  return all.length > 1 ? all.slice(0, 14) : [];
}

export async function categoryPage(shop: Shop, address: string): Promise<Page> {
  const section = shop.catalogue.section(address);
  if (!section) throw new Error('unknown category');
  const { name, kind, aisle, items } = section;
  const grid = productGrid(shop, `category-${address}`, name);
  const page = element(html`<div class="category" data-aisle="${aisle.id}">
<nav class="crumbs" aria-label="Where this is"><ol role="list"><li><a href="/">Larder</a></li>${kind === 'category' && html`<li><a href="/category/${slug(aisle.name)}">${aisle.name}</a></li>`}</ol></nav>
<header class="page-head"><span class="disc">${picture(aisle.picture)}</span><div><h1 tabindex="-1">${name}</h1><p class="quiet-text">${items.length} ${items.length === 1 ? 'product' : 'products'}, what suits you first</p></div></header>
<ul class="chips" role="list">${narrower(name, kind, items).map((category) => html`<li><a class="chip" href="/category/${slug(category)}">${category}</a></li>`)}</ul>
</div>`);
  page.append(grid.element);

  async function refresh(): Promise<void> {
    const { items: ranked, source } = await shop.rerank(
      items.map(({ id }) => id),
      { placement: `category-${address}`, explain: false },
    );
    const ids = ranked.map(({ id }) => id);
    if (page.isConnected) glide(page, () => grid.show(ids, source));
    else grid.show(ids, source);
  }

  grid.show(
    items.map(({ id }) => id),
    'popular',
  );
  await atMost(200, refresh());
  return { title: `${name} · Larder`, element: page, refresh };
}
