/** What goes with what the visitor did lately, by its name in "Features by name" in `docs/model.md`. */
export { togetherOf as coOccurrence } from '../linear.ts';
