/** The place (a shop, a town: what the app says) as the encoder knows it; "Context indices" in `docs/model.md`. */
export { among as place } from './among.ts';
