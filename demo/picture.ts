import { html, type Markup } from './markup.ts';

let sprite = '';

/** Says where the sprite lies. Called once, by the page at its start and by the build before it draws. */
export function drawPicturesFrom(address: string): void {
  sprite = address;
}

/** A picture of the sprite, by its name. It is decoration: what it shows is always written beside it. */
export const picture = (name: string): Markup =>
  html`<svg class="picture" viewBox="0 0 32 32" aria-hidden="true"><use href="${sprite}#${name}"></use></svg>`;

const strokes = {
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  close: 'm6 6 12 12M18 6 6 18',
  left: 'm14.5 5.5-6.5 6.5 6.5 6.5',
  right: 'm9.5 5.5 6.5 6.5-6.5 6.5',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20 20',
  basket: 'M4 9h16l-1.6 9.2a2 2 0 0 1-2 1.8H7.6a2 2 0 0 1-2-1.8L4 9Zm4.5 0L11 4m4.5 5L13 4',
  heart: 'M12 19.5S4 14.7 4 9.4A4.4 4.4 0 0 1 12 7a4.4 4.4 0 0 1 8 2.4c0 5.3-8 10.1-8 10.1Z',
  never: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM6.5 6.5l11 11',
  hide: 'M4 12s3-5.5 8-5.5S20 12 20 12s-3 5.5-8 5.5S4 12 4 12ZM5 19 19 5',
  device:
    'M8 3.5h8a1.5 1.5 0 0 1 1.5 1.5v14a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 19V5A1.5 1.5 0 0 1 8 3.5Zm3 14h2',
  star: 'm12 4 2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7 1-5.6-4.1-4 5.6-.8L12 4Z',
  bin: 'M5 7h14M10 7V4.5h4V7m-7.5 0 .8 12.5h9.4L17.5 7',
  file: 'M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14',
  open: 'M12 15V4M7.5 8.5 12 4l4.5 4.5M5 19.5h14',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 5.5v13l10-6.5-10-6.5Z',
} as const;

/** A small line drawing for buttons. */
export const icon = (name: keyof typeof strokes): Markup =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${strokes[name]}"></path></svg>`;
