/** One SVG file with the pictures that the shop uses, and none that it does not. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface IconSet {
  width?: number;
  height?: number;
  icons: Record<string, { body: string; width?: number; height?: number }>;
}

/** The sprite's text and the address it will have, which changes with its content. */
export function makeSprite(names: Iterable<string>): { address: string; svg: string } {
  const file = createRequire(import.meta.url).resolve('@iconify-json/fluent-emoji-flat/icons.json');
  const { icons, width = 32, height = 32 }: IconSet = JSON.parse(readFileSync(file, 'utf8'));
  const symbols = [...new Set(names)].sort().map((name) => {
    const icon = icons[name];
    if (!icon) throw new Error(`There is no picture "${name}" in @iconify-json/fluent-emoji-flat.`);
    const box = `0 0 ${icon.width ?? width} ${icon.height ?? height}`;
    // The icons number their gradients on their own; in one file the numbers would meet.
    const body = icon.body.replace(/(id="|url\(#)([^")]+)/g, `$1${name}-$2`);
    return `<symbol id="${name}" viewBox="${box}">${body}</symbol>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
  const hash = createHash('sha256').update(svg).digest('hex').slice(0, 8);
  return { address: `/assets/sprite-${hash}.svg`, svg };
}
