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
