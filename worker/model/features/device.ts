/** The kind of device as the encoder knows it; "Context indices" in `docs/model.md`. By default what the page says of itself. */
export { among as device } from './among.ts';
