/** Elements made by hand: whatever a text holds, it stays text. */
export type Child = Node | string | undefined | false;

/** An element with attributes (undefined and false are left out, true is empty) and children. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | boolean | undefined>> = {},
  ...children: (Child | readonly Child[])[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
  element.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return element;
}

/** Names with what is said of them; those of which nothing is said are left out. */
export const facts = (pairs: readonly (readonly [string, string | false | undefined] | undefined)[]) =>
  make(
    'dl',
    { part: 'facts' },
    pairs.flatMap((pair) =>
      pair?.[1]
        ? [make('div', { part: 'fact' }, make('dt', { part: 'term' }, pair[0]), make('dd', {}, pair[1]))]
        : [],
    ),
  );

/** A table, to be scrolled where it is too wide: by the keyboard, too. The first cell of each row names it. */
export const table = (caption: string, columns: readonly string[], rows: readonly (readonly string[])[]) =>
  make(
    'div',
    { part: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    make(
      'table',
      { part: 'table' },
      make('caption', {}, caption),
      make(
        'thead',
        {},
        make(
          'tr',
          {},
          columns.map((name) => make('th', { scope: 'col' }, name)),
        ),
      ),
      make(
        'tbody',
        {},
        rows.map(([name, ...cells]) =>
          make(
            'tr',
            {},
            make('th', { scope: 'row' }, name),
            cells.map((cell) => make('td', {}, cell)),
          ),
        ),
      ),
    ),
  );
