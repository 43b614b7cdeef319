/** What a shelf's attributes ask for. */
import type { RankedList, RecommendRequest } from '../index.ts';
import type { Serving } from './recommenders.ts';

/** Which list a shelf shows. */
export type ShelfKind =
  | 'recommend'
  | 'discover'
  | 'buy-again'
  | 'similar'
  | 'together'
  | 'popular'
  | 'trending'
  | 'search';

/** Lists that are about the visitor, and nobody's before the visitor has done something. */
const personal: ReadonlySet<string> = new Set(['recommend', 'discover', 'buy-again']);
const numbers = ['diversity', 'calibration', 'rotation', 'newness', 'taste'];
const texts = [
  'placement',
  'mode',
  'freshness',
  'diversify',
  'source',
  'window',
  'category',
  'by',
  'segment',
];
const documents = ['filter', 'context', 'rules'];

/** The attributes that change what is asked for. */
export const asking = [
  'kind',
  'item',
  'query',
  'limit',
  'exclude',
  'distinct',
  'explain',
  ...numbers,
  ...texts,
  ...documents,
];

/** Which attributes each kind's request has; the others would be refused. */
const ofKind: Readonly<Record<string, readonly string[]>> = {
  similar: ['limit', 'exclude', 'filter', 'by'],
  together: ['limit', 'exclude', 'filter'],
  popular: ['limit', 'exclude', 'category', 'window', 'segment'],
  trending: ['limit', 'exclude', 'category'],
};
const notOfLists = new Set(['window', 'by', 'segment']);

const kindOf = (shelf: Element) => shelf.getAttribute('kind') || 'recommend';

/** Whether a shelf's list is about the visitor. */
export const isPersonal = (shelf: Element): boolean => personal.has(kindOf(shelf));

/** Ids as an attribute has them: between spaces. */
const ids = (text: string | null): string[] => text?.split(/\s+/).filter(Boolean) ?? [];

/** `filter` and its like are JSON. What is none goes to the recommender as it stands, which refuses it with the field's name. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The request that the attributes make, with what `over` says instead. */
export function requestOf(shelf: Element, limit: number, over: object): Record<string, unknown> {
  const request: Record<string, unknown> = {};
  const put = (name: string, read: (text: string) => unknown) => {
    const text = shelf.getAttribute(name);
    if (text !== null) request[name] = read(text);
  };
  for (const name of texts) put(name, (text) => text);
  for (const name of numbers) put(name, Number);
  for (const name of documents) put(name, parsed);
  put('exclude', ids);
  put('distinct', (text) => (text === '' ? true : ids(text)));
  put('explain', (text) => (text === 'full' ? text : true));
  request.limit = shelf.hasAttribute('limit') ? Number(shelf.getAttribute('limit')) : limit;
  const kind = kindOf(shelf);
  if (kind !== 'search') delete request.taste;
  // A list of everything takes a category as a filter, as everybody would write it.
  if (!ofKind[kind] && request.category !== undefined) {
    request.filter = { all: [request.filter ?? {}, { category: request.category }] };
    delete request.category;
  }
  const known = ofKind[kind];
  for (const name of Object.keys(request))
    if (known ? !known.includes(name) : notOfLists.has(name)) delete request[name];
  return { ...request, ...over };
}

/**
 * The list that a shelf's attributes ask for.
 *
 * @param limit how many items where `limit` does not say
 * @param over request fields that go before the attributes
 * @throws RecluseError as the recommender's methods do; RangeError for a `kind` that there is none of
 */
export function askFor(recluse: Serving, shelf: Element, limit: number, over: object): Promise<RankedList> {
  const request = requestOf(shelf, limit, over) as RecommendRequest;
  const kind = kindOf(shelf) as ShelfKind;
  const items = ids(shelf.getAttribute('item'));
  const { mode: _, ...anyMode } = request;
  switch (kind) {
    case 'recommend':
      return recluse.recommend(request);
    case 'discover':
      return recluse.discover(anyMode);
    case 'buy-again':
      return recluse.buyAgain(anyMode);
    case 'similar':
      return recluse.similar(items, request);
    case 'together':
      return recluse.boughtTogether(items, request);
    case 'popular':
      return recluse.popular(request as object);
    case 'trending':
      return recluse.trending(request as object);
    case 'search':
      return recluse.searchByTaste(shelf.getAttribute('query') ?? '', request);
    default:
      return Promise.reject(new RangeError(`<recluse-shelf> knows no kind "${kind as string}".`));
  }
}
