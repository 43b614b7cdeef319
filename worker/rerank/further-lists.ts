/** Lists that not every page asks for: loaded with the first of them. */
export { buyAgainList } from './due.ts';
export { foundList } from './found.ts';
export { trendingList } from './trending.ts';
