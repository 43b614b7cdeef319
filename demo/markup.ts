/**
 * HTML from untrusted text. Everything that is put into an `html` template is escaped, unless it came out of one.
 * Runs in the browser and, for the shelves that are in the page before any script, in the build.
 */

/** HTML that `html` has made, and therefore safe to insert. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Value = Markup | string | number | false | null | undefined | readonly Value[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function write(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(write).join('');
  return String(value).replace(/[&<>"']/g, (sign) => entities[sign]!);
}

/** A piece of HTML. Numbers and strings are escaped; null, undefined and false leave nothing; arrays are joined. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...values.map(write)));
}

/** The one element that a piece of HTML describes. Browser only. */
export function element<E extends HTMLElement = HTMLElement>(markup: Markup): E {
  const template = document.createElement('template');
  template.innerHTML = markup.text.trim();
  return template.content.firstElementChild as E;
}
