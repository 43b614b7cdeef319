/**
 * The one typed boundary between page and worker: every shape that crosses it, and every error.
 * It imports nothing, so that both sides may import it without dragging the other along.
 */

/** Where a list came from: precomputed lists, the sparse linear tier, or the full model. */
export type Source = 'popular' | 'linear' | 'model';

/** What a visitor did: with an item, or without one (a `search`, a `hide` of more than one item). */
export interface Interaction {
  /**
   * An event type: `view`, `click`, `cart`, `purchase`, `rating`, `like`, `dislike`, `hide`, `share`, `search`, another that the pack declares, or
   * one of the site's own; what each is worth is under "Event types" in `docs/model.md`. `impression` (the item was really
   * seen in a list) and `search` say nothing of what the visitor wants: they count for ranking only where the pack gives them a weight,
   * and `on('change')` does not tell of them.
   */
  type: string;
  /** The item's id in the site's catalogue. Kept as it is, whether or not the pack knows it. Empty for a {@link Search} and a {@link Hide} of
   * more than one item. */
  item: string;
  /** Only for `hide`: hides all items that this describes, for example `{ category: 'Beer' }`. */
  where?: Filter;
  /** Money paid for `purchase` (for all pieces together), stars for `rating`. Must be finite. */
  value?: number;
  /** How many pieces, for `purchase` and `cart`. Default: one, where it matters. */
  quantity?: number;
  /** How long a `view` lasted while the page was visible, in milliseconds. */
  dwell?: number;
  /** Milliseconds since 1970. Default: now. A time in the future is taken as now. */
  time?: number;
  /** The order or basket that this interaction belongs to. */
  basket?: string;
  /** The list (`RankedList.id`) from which the item was chosen. */
  list?: string;
  /** The item's position in that list, from 0. */
  position?: number;
  /** Where on the page that list was shown (`RankedList.placement`). */
  placement?: string;
  /** What a `search` looked for. */
  query?: string;
  /** Makes repeating the call harmless: a second interaction of the same id is not stored. Default: random. */
  id?: string;
}

/** How an item came to its place in a list that tries something: what was left to chance, and how much. All are probabilities, 0 to 1. */
export interface Exploration {
  /** That this item stands here, given the places before; above 0. Exact for `epsilon` and `linucb`, estimated from draws for `thompson`. */
  propensity: number;
  /** The same, had nothing been tried: 1 for the best that was left, else 0. */
  greedy: number;
  /** The same, had any item of those that may be tried been put here blindly. */
  blind: number;
  /** Chance that it is chosen when it is looked at, by what was learned until then; and the same for what `greedy` and `blind` would have put here. */
  expected: number;
  expectedGreedy: number;
  expectedBlind: number;
}

/** What the visitor looked for: an interaction without an item. */
export type Search = Partial<Interaction> & { type: 'search'; query: string };

/** What the visitor never wants to see again: all items that `where` describes. One item is hidden by an {@link Interaction} with its id. */
export type Hide = Partial<Interaction> & { type: 'hide'; where: Filter };

/** An interaction as the store keeps it and `history()` and `export()` return it. */
export interface StoredInteraction extends Interaction {
  /** The store's own order: later interactions have larger numbers, whatever the clock says. Imported ones lie between others, as fractions. */
  seq: number;
  id: string;
  time: number;
  /** Of an `impression`, where its list tried something: noted by the worker, for estimates of what another list would have been worth. */
  exploration?: Exploration;
}

/** An item's attributes by name, where the app has no type for them: anything goes at compile time, and is checked when it runs. */
export type Attributes = Readonly<Record<string, string | number>>;

/** What can be asked of every item; an app's own type may narrow these, for example `category: 'Coffee' | 'Tea'`. */
export interface CommonAttributes {
  id: string;
  title: string;
  /** The name of a category at any level: an item is in its leaf category and in all above. */
  category: string;
  brand: string;
  price: number;
}

/**
 * Questions about one attribute; all of them must hold. An item without the attribute meets none but `ne`, `notIn` and
 * `exists: false`.
 */
export type AttributeTest<Value> = {
  readonly eq?: Value;
  readonly ne?: Value;
  readonly in?: readonly Value[];
  readonly notIn?: readonly Value[];
  readonly exists?: boolean;
} & ([Value] extends [number]
  ? { readonly lt?: number; readonly lte?: number; readonly gt?: number; readonly gte?: number }
  : [Value] extends [string]
    ? { /** Somewhere in the text, whatever the case of its letters. */ readonly contains?: string }
    : {
        readonly lt?: number;
        readonly lte?: number;
        readonly gt?: number;
        readonly gte?: number;
        readonly contains?: string;
      });

type Asked<Value> = Value | readonly Value[] | AttributeTest<Value>;

/** A condition on attributes whose types nobody has told. */
export interface LooseCondition {
  readonly [attribute: string]:
    | Asked<string | number>
    | readonly (string | number)[]
    | LooseCondition
    | readonly LooseCondition[]
    | undefined;
}

/** A condition on the attributes of `Item`. */
export type TypedCondition<Item extends object> = {
  readonly [Name in keyof (Item & Omit<CommonAttributes, keyof Item>)]?: Asked<
    NonNullable<(Item & Omit<CommonAttributes, keyof Item>)[Name]>
  >;
} & {
  readonly not?: TypedCondition<Item>;
  readonly any?: readonly TypedCondition<Item>[];
  readonly all?: readonly TypedCondition<Item>[];
};

/**
 * Which items: `{ price: { lt: 20 }, category: ['Coffee', 'Tea'], not: { brand: 'X' } }`. Everything named must hold. A value alone
 * means "is", a list "is one of". `not` holds where its condition does not, `any` where one of its conditions does, `all` where all do; so no
 * attribute of these three names can be asked for. At most 8 conditions inside one another and 1,000 in all.
 */
export type Condition<Item extends object = Attributes> = string extends keyof Item
  ? LooseCondition
  : TypedCondition<Item>;

/** Which items may appear. */
export type Filter<Item extends object = Attributes> = Condition<Item>;

/** What every rule has. */
export interface RuleFrame {
  /** What reasons and unmet rules call it. Default: its kind and its number in the list, `boost-0`. */
  name?: string;
  /**
   * Counts from this moment on, in milliseconds since 1970 or as `'2026-12-01'` (midnight in UTC) or `'2026-12-01T06:00+01:00'`.
   * Default: always.
   */
  from?: string | number;
  /** Counts until just before this moment. Default: for ever. */
  until?: string | number;
  /** Larger goes before smaller; of equals, the request's own rules, then the app's, then the pack's, each in its order. Default 0. */
  priority?: number;
  /** Lists of these placements only (`similar()`, `popular()` and their like have their own name as placement). Default: every list. */
  placements?: readonly string[];
}

/** Only matching items may appear. */
export interface FilterRule<Item extends object = Attributes> extends RuleFrame {
  kind: 'filter';
  where: Condition<Item>;
}

/** Matching items go up, or down where `by` is negative. */
export interface BoostRule<Item extends object = Attributes> extends RuleFrame {
  kind: 'boost';
  where: Condition<Item>;
  /** -10 to 10 spreads of the list: 1 is what lies between its best candidate and its hundredth, whichever tier scored them. */
  by: number;
}

/** Matching items go behind all others. */
export interface BuryRule<Item extends object = Attributes> extends RuleFrame {
  kind: 'bury';
  where: Condition<Item>;
}

/** Certain items, or the best one that matches, stand at a place. `items` or `where`, not both. */
export interface PinRule<Item extends object = Attributes> extends RuleFrame {
  kind: 'pin';
  /** From 0, counted through all pages of a list. */
  position: number;
  /** Ids; further ones stand at the following places. */
  items?: readonly string[];
  where?: Condition<Item>;
  /**
   * Show the items also where a filter or the mode leaves them out; never what is excluded, disliked or not available. Only with `items`.
   * Default false.
   */
  always?: boolean;
}

/** The name of an attribute that items can be told apart by. */
export type AttributeName<Item extends object = Attributes> = string extends keyof Item
  ? string
  : (keyof Item & string) | 'category' | 'brand' | 'price';

/** At most so many items of each value of an attribute in one list. */
export interface CapRule<Item extends object = Attributes> extends RuleFrame {
  kind: 'cap';
  /** Items without a value are not counted. */
  attribute: AttributeName<Item>;
  most: number;
  /** For `category`: at which level values are told apart, 0 = the broadest. Default: the narrowest of each item. */
  level?: number;
  /** Count only these. Default: all items. */
  where?: Condition<Item>;
}

/** A share of the list's places, 0 to 1, rounded to what can be: of what matches, or (only `most`) of each value of an attribute. */
export interface ShareRule<Item extends object = Attributes> extends RuleFrame {
  kind: 'share';
  where?: Condition<Item>;
  attribute?: AttributeName<Item>;
  /** As in {@link CapRule}. */
  level?: number;
  least?: number;
  most?: number;
}

/** At least so many matching items in the list, the best of them, in the places that their scores give them. */
export interface RequireRule<Item extends object = Attributes> extends RuleFrame {
  kind: 'require';
  where: Condition<Item>;
  least: number;
}

/** What the shop wants of a list, whatever the visitor's taste. */
export type Rule<Item extends object = Attributes> =
  | FilterRule<Item>
  | BoostRule<Item>
  | BuryRule<Item>
  | PinRule<Item>
  | CapRule<Item>
  | ShareRule<Item>
  | RequireRule<Item>;

/** A rule that a list could not follow. */
export interface UnmetRule {
  /** The rule's name. */
  rule: string;
  /** The item that it was about, where it was about one. */
  item?: string;
  /**
   * `absent`: the item is not in the pack, not available or left out by a filter. `limit`: its place lies beyond the list. `taken`: the place,
   * or the item, belongs to a rule that goes before. `cap`: another rule allows no more of its kind. `short`: the list ends before the
   * place, so that it stands at the end. `few`: there are not enough items that match.
   */
  why: 'absent' | 'limit' | 'taken' | 'cap' | 'short' | 'few';
}

/** What the visitor told the site, by name: facts that the pack's context knows, `likes` and `dislikes` (categories), anything else. */
export type Profile = Readonly<Record<string, string | number | readonly string[]>>;

/** What an app may say of an event type, over what the pack says of it. */
export interface EventTypeOptions {
  /** Strength and sign of the evidence; 0: it is kept, and does not count. */
  weight: number;
}

/**
 * What `retain()` has made of older interactions with one item: sums that rank as the interactions would. All of one type.
 * Defined under "Compacted interactions" in `docs/model.md`.
 */
export interface CompactedInteractions {
  item: string;
  type: string;
  /** How many interactions these sums stand for. */
  count: number;
  /** Time of the oldest and of the newest of them, milliseconds since 1970. */
  first: number;
  last: number;
  /** `seq` of the newest. */
  seq: number;
  /** The moment that the decayed sums are of. */
  at: number;
  /** Sum of the values' factors, without and with the decays of interest and of habit. */
  strength: number;
  interest: number;
  habit: number;
  /** Mean time, weighted by the factors. */
  mean: number;
  /** Sum and number of values other than 0. */
  values: number;
  valued: number;
  /** Which parameters the decayed sums were made with. */
  rule: string;
  /** A hash for each interaction, by which it is known if it comes again; 32 bits. */
  known: number[];
}

/** Something that was derived from interactions and is kept; what kinds there are is in `worker/store/derived.ts`. */
export interface DerivedRecord {
  kind: string;
  /** Distinct within its kind. */
  key: string;
  /** The item that it is about, where it is about one. */
  item?: string;
  /** Milliseconds since 1970. */
  time: number;
  /** Plain JSON. */
  value: unknown;
}

/** What a visitor holds, where the app says nothing else. */
export type Device = 'phone' | 'tablet' | 'desktop';

/** Facts about this moment that the pack's vocabulary knows; `hour`, `weekday` and `device` are filled in by themselves. */
export type Context = Readonly<Record<string, string | number>>;

/** Which of the candidates may appear: all, only those bought before, only those never bought before. */
export type Mode = 'any' | 'repeat' | 'discover';

/** How variety is measured: maximal marginal relevance, or a determinantal point process. */
export type Diversify = 'mmr' | 'dpp';

/** What a list should be. Every field is optional. */
export interface RecommendRequest<Item extends object = Attributes> {
  /** How many items at most. Default 10. */
  limit?: number;
  /** The place on the page, for the app's own bookkeeping and for explanations. Default `'default'`. */
  placement?: string;
  /** Item ids that must not appear. */
  exclude?: readonly string[];
  /** Which items may appear, for example `{ category: ['Coffee'], price: { lt: 20 } }`; see {@link Condition}. */
  filter?: Filter<Item>;
  /** Default `'any'`. */
  mode?: Mode;
  /**
   * How much variety counts against score, 0 to 1. 0: by score alone. 0.5: being just like an item above costs as much as lies between the
   * best and the worst score that the list chooses from. 1: after the best item, each is as unlike those above as can be. Default 0.
   */
  diversity?: number;
  /** What variety means: `'mmr'`, unlike the nearest item above; `'dpp'`, unlike all items above together. Default `'mmr'`. */
  diversify?: Diversify;
  /**
   * How much the list's categories should mix as the visitor's own do, against everything else, 0 to 1. Changes nothing for a visitor
   * of whom nothing is known. Default 0.
   */
  calibration?: number;
  /**
   * For `recommend()` and `discover()`. `live`: the list as it is now. `instant`: the one that was made in advance for this placement and
   * this very request, where there is one: at the next visit before pack and model are there. `hybrid`: that one first, then, where the
   * live one differs, `on('change')` with the reason `lists`. Lists are made in advance for placements that were asked for so, when nothing
   * else is to be done. Default `live`.
   */
  freshness?: 'live' | 'instant' | 'hybrid';
  /**
   * How much what was shown at this placement and passed over goes down, 0 to 1. 0: not at all. 1: once shown (an `impression`, see
   * `Recommender.shown`) an item loses half of what lies between the best score and the hundredth, twice three quarters, and so on.
   * Half forgiven after a week, and wholly by any other interaction with the item. Default 0.
   */
  rotation?: number;
  /**
   * How much what is new goes up, 0 to 1, by half as much for every 30 days of its age. 1: an item of today by what lies between the
   * best score and the hundredth. Only where the pack says since when an item is there. Default 0.
   */
  newness?: number;
  /**
   * Leaves out what other placements of this page have been given last: of all, or of those that are named. Of lists asked for at the same
   * time, the one that was asked for first is made first. Default false.
   */
  distinct?: boolean | readonly string[];
  /**
   * Adds `reasons`, `parts` and `moves` to every item; `'full'` also `influences`, which takes as long as a dozen lists. Default false.
   */
  explain?: boolean | 'full';
  /** Rank as if these interactions of the visitor were not there; nothing is removed. Default: as things are. */
  without?: Without;
  /** Context that the pack declares, for example `{ place: 'shop-12' }`. */
  context?: Context;
  /** Rank with no better tier than this, for comparison and for tests. Default: the best that is ready. */
  source?: Source;
  /** Rules for this list alone, besides those that hold for all. */
  rules?: readonly Rule<Item>[];
}

/** One cause of an item's place in the list, strongest first. */
export type Reason =
  | { kind: 'because'; item: string; type: string; time: number; share: number; text: string }
  | { kind: 'habit'; times: number; daysSince: number; interval: number; text: string }
  | { kind: 'category'; category: string; share: number; text: string }
  | { kind: 'popular'; text: string }
  /** What was learned on this device from what was shown and chosen, or passed over. */
  | { kind: 'learned'; share: number; text: string }
  /** Tried to learn something: with which probability it stands here. */
  | { kind: 'explored'; propensity: number; text: string }
  | { kind: 'rule'; rule: string; text: string };

/** Interactions to leave out: by their ids, or all with one item. */
export type Without = readonly string[] | { readonly item: string };

/** What one item of the visitor's past does to the score of an item in a list, measured by leaving it out. */
export interface Influence {
  /** The item of the past. */
  item: string;
  /** The score less what it would be had the visitor never touched that item: above 0 speaks for it, below 0 against it. */
  change: number;
  text: string;
}

/** What one stage did to an item: its place before and after, null where it was absent. */
export interface Move {
  stage: string;
  before: number | null;
  after: number | null;
  /** In English, places counted from 1: `up from 7 to 3 so that the list is varied`. */
  text: string;
}

/** One item of a list. */
export interface RankedItem {
  id: string;
  score: number;
  /** From 0. */
  position: number;
  /** Present with `explain: true`. Shares are of the positive evidence and add up to at most 1. */
  reasons?: Reason[];
  /** Present with `explain: true`: the parts whose sum is the score, by name. */
  parts?: Record<string, number>;
  /** Present with `explain: true`: the stages that moved the item. */
  moves?: Move[];
  /** Present with `explain: 'full'`: what the dozen strongest items of the visitor's past do to the score, the largest first. */
  influences?: Influence[];
  /** Present where the list may try something (`learn`): how likely this item was at this place. */
  exploration?: Exploration;
  /** True where exploration put the item there instead of the best that was left; else absent. */
  explored?: true;
  /** Present in what `buyAgain()` gives: how often, how many days ago, and how many days usually lie between two times. */
  due?: Due;
}

/** When something is bought again. */
export interface Due {
  /** Purchases within the history that ranking knows. */
  times: number;
  /** Days since the newest. */
  daysSince: number;
  /** Usual days between two. `daysSince / interval` is 1 on the day on which it is due. */
  interval: number;
}

/** A list, or one page of it, as the worker makes it. */
export interface RankedList {
  /** Random; give it back as `Interaction.list`. */
  id: string;
  placement: string;
  items: RankedItem[];
  source: Source;
  /** Time spent in the worker for this list, in milliseconds. */
  milliseconds: number;
  /** Version of the pack that ranked. */
  pack: string;
  /** How many interactions the ranking knew. */
  interactions: number;
  /** Why the list is shorter than asked for, when it is. */
  short?: 'filter' | 'mode' | 'rules' | 'catalogue';
  /** Rules that could not be followed, and why; absent where all were. */
  unmet?: readonly UnmetRule[];
  /** Milliseconds since the list was made: 0, or more for one that was made in advance (`freshness`). */
  staleness: number;
  /** Whether there are items after these: whether a next page would show something. */
  hasMore: boolean;
}

/** Where a list goes on. The page fills it in: `RankedList.next()`. */
export interface Page {
  /** The list's id: its pages share it, and their positions go on. */
  list: string;
  /** Ids that earlier pages gave, which no later one gives again. */
  given: readonly string[];
}

/** A request for a list, or for a further page of it. */
export type Paged<Request> = Request & { page?: Page };

/** `together`: bought by the same people at the same time. `taste`: near in the model's item space. */
export interface SimilarRequest<Item extends object = Attributes> {
  by?: 'taste' | 'together';
  limit?: number;
  exclude?: readonly string[];
  filter?: Filter<Item>;
}

/** Which of the lists that know nobody. Every field is optional. */
export interface PopularRequest {
  limit?: number;
  /** A category of the pack, at any level. */
  category?: string;
  /** `overall` (decayed over the whole log) or `recent` (the last weeks of the log). Default `recent`. */
  window?: 'overall' | 'recent';
  /**
   * What people like this are fond of: `'visitor'` for the stored profile, or facts that the pack has lists for, as
   * `{ age: '35-44' }`. What the pack does not know changes nothing. Default: everybody.
   */
  segment?: 'visitor' | Context;
  exclude?: readonly string[];
}

/** What rises. Every field is optional. */
export interface TrendingRequest {
  limit?: number;
  /** A category of the pack, at any level. */
  category?: string;
  exclude?: readonly string[];
}

/** A list of what was found. Every field is optional. */
export interface SearchRequest<Item extends object = Attributes> extends RecommendRequest<Item> {
  /** How much the visitor's taste counts beside the words, 0 to 1: 0 = words alone, 1 = as much as they. Default 0.3. */
  taste?: number;
}

/** What a prediction is asked in. Every field is optional. */
export interface PredictRequest {
  /** Context that the pack declares, for example `{ place: 'shop-12' }`. */
  context?: Context;
}

/** How many stars the visitor would give one item. */
export interface Rating {
  /** Stars, within what can be given. */
  expected: number;
  /**
   * Standard deviation of what the visitor would give: about two thirds of ratings are nearer to `expected` than this, nineteen of
   * twenty nearer than twice this; the pack's card has the measured shares.
   */
  deviation: number;
}

/** How likely it is that the visitor takes one item, and how many stars they would give it: whichever of the two the pack knows. */
export interface Prediction {
  /** The item's id. */
  item: string;
  /**
   * Probability, 0 to 1, that the item is in the visitor's next basket; where the log that the pack was trained on has no
   * baskets, that it is the next interaction. Calibrated: of what is given 0.2, a fifth comes true; how nearly is in the pack's card
   * (`status({ card: true }).pack.card`). Absent where the pack gives no probabilities.
   */
  probability?: number;
  /**
   * From the visitor's own interactions of type `rating` that have a value, and from nothing else. Absent where the pack gives no
   * ratings.
   */
  rating?: Rating;
}

/** What an app's own type says of a text that every item has, or any text where it says nothing. */
type TextOf<Item extends object, Name extends string> = string extends keyof Item
  ? string
  : Name extends keyof Item
    ? Extract<Item[Name], string>
    : string;

/** The attributes of an item beyond those that every item has; where the app has no type for them, anything by any name. */
export type OwnAttributes<Item extends object = Attributes> = string extends keyof Item
  ? Readonly<Record<string, string | number>>
  : Readonly<Partial<Omit<Item, keyof CommonAttributes>>>;

/** An item that the pack does not know. */
export interface NewItem<Item extends object = Attributes> {
  id: string;
  title: string;
  /** From broad to narrow, at least one; names as in the pack put it beside its own items. */
  categories: readonly TextOf<Item, 'category'>[];
  brand?: TextOf<Item, 'brand'>;
  price?: number;
  attributes?: OwnAttributes<Item>;
}

/** What is otherwise than the pack says; null takes back what was said before. */
export interface ItemUpdate {
  /** False: in no list but those that the app brings itself (`rerank`). */
  available?: boolean | null;
  price?: number | null;
}

/** By item id; null takes everything back, also an item that was added. */
export type ItemUpdates = Readonly<Record<string, ItemUpdate | null>>;

/** How long an update holds. Every field is optional. */
export interface UpdateOptions {
  /** Forget the update as soon as another pack serves: that one knows. Default false: it holds until it is taken back. */
  untilNextPack?: boolean;
}

/** How long an added item stays. Every field is optional. */
export interface AddOptions {
  /** Keep the items on this device, until the pack knows them or `update({ id: null })`. Default false: until the page is left. */
  keep?: boolean;
}

/** What a shelf needs to show an item. Attributes beyond these are under `attributes`. */
export interface ItemDisplay<Item extends object = Attributes> {
  id: string;
  title: string;
  /** From broad to narrow. */
  categories: TextOf<Item, 'category'>[];
  price?: number;
  brand?: TextOf<Item, 'brand'>;
  attributes?: string extends keyof Item ? Record<string, string | number> : OwnAttributes<Item>;
  /** False where the shop says that it is not to be had; else absent. */
  available?: false;
}

/** Which interactions to remove: those that meet all of these conditions. At least one must be given. */
export interface ForgetConditions {
  item?: string;
  /** From this moment on, milliseconds since 1970. */
  since?: number;
  /** Before this moment. */
  until?: number;
  type?: string;
  /** A category of the pack at any level: all items in it. Items that the pack does not know are in none. */
  category?: string;
  /** An interaction's id. */
  interaction?: string;
}

/** What to remove: everything, the profile included, or the interactions that meet conditions. */
export type ForgetRequest = 'everything' | ForgetConditions;

/** What was returned, refunded or clicked by mistake: one interaction by its id, an order or one item of it, or all of a type with an item. */
export type RetractRequest =
  | { interaction: string }
  | { basket: string; item?: string }
  | { item: string; type: string };

/** How much stays as it was: interactions that are newer than so many days, and among the newest so many. At least one must be given. */
export interface RetainRequest {
  days?: number;
  count?: number;
}

/** What an import has come to. */
export interface ImportResult {
  /** Interactions that are new here. */
  added: number;
  /** Interactions that were here already, or came twice. */
  known: number;
}

/** How far an import has come. */
export interface ImportProgress {
  done: number;
  total: number;
}

/**
 * `granted`: what the visitor does is kept on the device. `pending`: it is kept in memory, and nowhere else, until this changes.
 * `denied`: nothing is kept; lists come from the pack alone.
 */
export type Consent = 'granted' | 'pending' | 'denied';

/** Everything that this device knows about the visitor, as one JSON document; its schema is `docs/export.schema.json`. */
export interface ExportDocument {
  format: 'recluse-export';
  version: 2;
  exported: number;
  interactions: StoredInteraction[];
  profile: Profile;
  compacted: CompactedInteractions[];
  derived: DerivedRecord[];
}

/** What a status should say. Every field is optional. */
export interface StatusRequest {
  /** Adds `pack.card`, some ten kilobytes of figures. Default false. */
  card?: boolean;
}

/** What starting, loading and storing have come to; safe to show to a visitor. */
export interface Status {
  /** `starting`: no list yet. `serving`: lists, but better tiers may come. `ready`: nothing more will be fetched. `closed`. */
  phase: 'starting' | 'serving' | 'ready' | 'closed';
  /** The best tier that answers now; null before the first. */
  source: Source | null;
  /** Which machinery runs: `linear: 'typescript'`, `scoring: 'simd' | 'typescript'`, `model: 'wasm' | 'webgpu' | null`, and why. */
  backend: { scoring: 'simd' | 'typescript'; model: 'wasm' | 'webgpu' | null; why: string };
  pack: {
    name: string;
    version: string;
    items: number;
    bytes: number;
    dataUntil: string;
    /** The model card: what was measured before the pack came here. Only where it was asked for, as {@link StatusRequest} has it. */
    card?: unknown;
  } | null;
  storage: {
    /** `memory`: IndexedDB is refused here; nothing outlives the tab. */
    kind: 'indexeddb' | 'memory';
    interactions: number;
    /** Bytes used on disk as the browser estimates them; null where it does not say. */
    bytes: number | null;
    why?: string;
  };
  privacy: {
    consent: Consent;
    /** Whether this browser sends Global Privacy Control: the visitor objects to any sharing. */
    globalPrivacyControl: boolean;
    /** Whether anything may ever leave the device: without it, no private report is made (`recluse/measure`). */
    sharing: 'granted' | 'denied';
  };
  /**
   * Requests for pack and runtime since the start, bytes received in their answers (decompressed, as a worker sees them), and
   * bytes sent (always 0: requests carry no body).
   */
  network: { requests: number; received: number; sent: number };
  /** Problems that did not stop the lists, newest last: `{ code, message }`. */
  problems: { code: ErrorCode; message: string }[];
}

/** What changed, so that the page may ask for its lists again. */
export interface ChangeEvent {
  /** `interactions`: the history is another. `source`: a better tier is ready. `pack`: a new pack serves. `shop`: the
   * shop has other rules, prices, items or availability. `consent`: the visitor has decided in another tab. `lists`: a list that was asked for as `hybrid` is another. `status`: anything else. */
  reason: 'interactions' | 'source' | 'pack' | 'shop' | 'consent' | 'lists' | 'status';
  status: Status;
  /** With the reason `lists`: what differs from what the page was given. */
  lists?: readonly ListChange[];
}

/** How the list of a placement became another, so that a page can change what differs and leave the rest alone. */
export interface ListChange {
  placement: string;
  /** What was not there, and where it is now. */
  entered: { id: string; position: number }[];
  /** What is not there any more, and where it was. */
  left: { id: string; position: number }[];
  /** What is at another place. */
  moved: { id: string; from: number; to: number }[];
  /** The list as it is now. */
  list: RankedList;
}

/** What happened with items of lists, in numbers. */
export interface Counts {
  /** Items that were really seen. */
  impressions: number;
  clicks: number;
  carts: number;
  purchases: number;
  /** Views that said how long they lasted. */
  dwells: number;
  /** How long these lasted together, in milliseconds. */
  dwell: number;
}

/** Counts, and the rates that follow from them; null where there is nothing to divide by. */
export interface Rates extends Counts {
  /** Clicks an impression. Above 1 where a page tells of clicks and of few impressions. */
  ctr: number | null;
  /** Purchases a click. */
  conversion: number | null;
}

/** What lies below which shares of what was measured; null where nothing was. To within a tenth of the value. */
export interface Percentiles {
  count: number;
  p50: number | null;
  p75: number | null;
  p95: number | null;
}

/** What this device's lists have come to, counted on the device and kept there. */
export interface Metrics {
  /** Time of the oldest interaction that counts, milliseconds since 1970; null where none does. */
  since: number | null;
  /** All that lists led to. */
  total: Rates;
  /** Carts, purchases and dwell that no list led to within a week. */
  elsewhere: Counts;
  /** Most impressions first. `''`: the page did not say where. */
  placements: ({ placement: string } & Rates)[];
  /** By the tier that made the list; null where that is not known. */
  sources: ({ source: Source | null } & Rates)[];
  /** By experiment and variant. */
  variants: ({ experiment: string; variant: string } & Rates)[];
  /** By placement and position, from 0; null where the page did not say which, 50 for all from the 51st on. */
  positions: ({ placement: string; position: number | null } & Rates)[];
  /** By day in UTC, `'2026-11-25'`, oldest first; null for all days that are too long ago to be told apart. */
  days: ({ day: string | null } & Rates)[];
  /**
   * Clicks an impression by placement and day in UTC together, by placement and then oldest first, for at most 168 of both (eight shelves for
   * three weeks). Placement `''` with day null: all that is too long ago to be told apart.
   */
  placementDays: ({ placement: string; day: string | null } & Pick<
    Rates,
    'impressions' | 'clicks' | 'ctr'
  >)[];
  /** Share of the impressions whose item had been shown before; null without impressions. */
  repeated: number | null;
  /** Share of the impressions whose item the visitor had done nothing with before; null without impressions. */
  novelty: number | null;
  /** Distinct items shown (counted up to 1,000), and their share of the pack's; null where there is no pack yet. */
  coverage: { items: number; share: number | null };
  /** Time that lists took in the worker, in milliseconds, by tier. */
  latency: ({ source: Source } & Percentiles)[];
  /** Age of lists when they were given, in milliseconds: 0 but for those made in advance (`freshness`). */
  age: Percentiles;
}

/** A part of the devices that some experiments share among themselves. */
export interface ExperimentGroup {
  name: string;
  /** The group's devices from this share on, 0 to 1, up to the other: experiments whose ranges don't overlap never meet on a device. */
  from: number;
  to: number;
}

/** How devices are divided among the variants of an experiment. Every field is optional. */
export interface VariantOptions {
  /** How many devices get each variant, in proportion; as many as there are variants. Default: equally many. */
  weights?: readonly number[];
  /** Only these devices take part; the others get the first variant, and count nowhere. Default: all devices. */
  group?: ExperimentGroup;
  /** What happens with lists of these placements counts for the variant. Default: all placements. */
  placements?: readonly string[];
}

/** A request for one of the lists of an interleaving. */
export type InterleavedRequest = RecommendRequest;

/** One list made of two rankers' lists. */
export interface InterleavedList extends RankedList {
  /** Which of the two rankers, 0 or 1, each item counts for. */
  teams: (0 | 1)[];
}

/** What has come of an interleaving: of how many lists that the visitor has seen, which ranker got more clicks. */
export interface Preference {
  wins: [number, number];
  ties: number;
}

/** Counts of an experiment's variants on this device. */
export interface ExperimentCounts {
  name: string;
  /** The variant that this device has; null where it takes no part. */
  variant: string | null;
  variants: ({ variant: string } & Rates)[];
  preference: Preference;
}

/**
 * A question whose answers may leave the device, disguised. `clicked`: has the visitor clicked anything of the experiment's placements on that
 * day, by variant. `bought`: which of these categories is the last thing of that day from that was bought, `other` or `none`.
 */
export type ReportQuestion =
  | { name: string; kind: 'clicked'; experiment: string }
  | { name: string; kind: 'bought'; categories: readonly string[] };

/** What may be reported, and how much it may give away. */
export interface ReportDeclaration {
  /** At most 8. */
  questions: readonly ReportQuestion[];
  /** How much a single report may give away, above 0, at most 10: a report is at most e^epsilon times likelier with one true answer than with another. */
  epsilon: number;
  /** How much all different reports of this device may give away together, for ever. The first one declared on a device stays. */
  lifetime: number;
}

/** The answer to one question for one day, disguised. `JSON.stringify` of it is all that may leave; its schema is `docs/report.schema.json`. */
export interface PrivateReport {
  format: 'recluse-report';
  version: 1;
  /** Random, for this report alone: one that arrives twice counts once. */
  id: string;
  question: string;
  /** What can be answered, in the order of the bits. */
  answers: string[];
  epsilon: number;
  /** In UTC. */
  day: string;
  /** 0 or 1 for each answer, at random: the true one is 1 with probability 1/2, each other with 1 / (e^epsilon + 1). */
  bits: string;
}

/** What a device has given away, or may. */
export interface ReportLedger {
  /** What was declared first on this device. */
  lifetime: number;
  /** What the different reports that were ever declared give away together, at most. */
  reserved: number;
  questions: { name: string; epsilon: number; answers: string[]; reserved: number }[];
}

/** What `recluse/measure` may ask of the worker. */
export interface MeasureApi {
  metrics(): Promise<Metrics>;
  variant(name: string, variants: readonly string[], options: VariantOptions): Promise<string>;
  interleave(
    name: string,
    first: InterleavedRequest,
    second: InterleavedRequest,
    limit: number,
  ): Promise<InterleavedList>;
  experiment(name: string): Promise<ExperimentCounts>;
  declareReports(declaration: ReportDeclaration): Promise<ReportLedger>;
  /** Reports of past days that were not sent yet; none where nothing may be shared. */
  dueReports(declaration: ReportDeclaration): Promise<PrivateReport[]>;
  reportSent(id: string): Promise<void>;
}

/** Parts of the worker that are loaded only where the app asks for them, and have entry points of their own. */
export type PartName = 'measure' | 'learn';

/**
 * How places of a list are filled that try something. `none`: nothing is tried. `epsilon`: any of the items that come into question. `linucb`:
 * the item that may be best, as far as is known (LinUCB). `thompson`: the best by a guess at what is not known (Thompson sampling).
 */
export type Explore = 'none' | 'epsilon' | 'linucb' | 'thompson';

/** How the device learns from what it shows. Every field is optional. */
export interface LearnOptions {
  /** Default `'none'`. */
  explore?: Explore;
  /** Probability that a place of a list tries something, 0 to 1. Default 0.2. */
  share?: number;
  /**
   * How much what was learned counts, in spreads of the list (what lies between its best item and its hundredth) for a whole unit of outcome, 0 to
   * 10. Default: 0.3, and 1 in lists that know nobody.
   */
  strength?: number;
  /** What is left of all that was learned when one more thing is, 0.9 to 1. 1: nothing fades. Default 0.9995: half after 1,400 things learned. */
  kept?: number;
  /** How much less places further down are looked at, 0 to 2: the place, counted from 1, to minus this power. Default 0.5. */
  positionBias?: number;
}

/** What the device has learned so far. */
export interface LearnedSummary {
  /** How many interactions said something. */
  feedback: number;
  /** Numbers that an item is seen as. */
  size: number;
  /** Bytes that are kept of it, as JSON. */
  bytes: number;
  explore: Explore;
  share: number;
  /** How the items came to be seen: by the model's item rows, or by their categories; null before there is a pack that can be learned with. */
  from: 'rows' | 'categories' | null;
  /** Categories whose items are expected to do better or worse than their place says, the furthest from 0 first, at most 10. */
  categories: { category: string; outcome: number; deviation: number }[];
}

/** One item that was shown, why, and what came of it. */
export interface LoggedChoice {
  /** What came of it, for example 1 for a click and 0 for none. */
  reward: number;
  /** How likely it was to stand there, above 0, at most 1. */
  propensity: number;
  /** How likely it is to stand there by the other way of making lists, 0 to 1. */
  target: number;
  /** What a model of the reward expects of this item; only for the doubly robust estimate. */
  predicted?: number;
  /** What that model expects of what the other way would have put there; only for the doubly robust estimate. */
  predictedTarget?: number;
}

/** An estimate of the mean reward, and the interval that holds it in 95 of 100 cases where the log is long and no weight is extreme. */
export interface RewardEstimate {
  value: number;
  low: number;
  high: number;
}

/** What a log of one way of making lists says about another. */
export interface OffPolicyEstimates {
  /** Entries of the log that count. */
  entries: number;
  /** How many entries of the other way's own log would say as much (Kish). */
  effective: number;
  /** Inverse propensity score: unbiased where the propensities are right, and noisy. Null for an empty log. */
  ips: RewardEstimate | null;
  /** The same over the mean of the weights: a little biased, less noisy. Null where all weights are 0. */
  snips: RewardEstimate | null;
  /** Doubly robust: right where propensities or predictions are. Null where predictions are missing. */
  doublyRobust: RewardEstimate | null;
}

/** Which impressions an estimate is made from, and for what. Every field is optional. */
export interface WorthRequest {
  /** `logged`: lists as they were. `greedy`: had nothing been tried. `blind`: had every place tried anything. Default `greedy`. */
  policy?: 'logged' | 'greedy' | 'blind';
  /** Impressions of this placement alone. Default: all. */
  placement?: string;
}

/** What `recluse/learn` asks of the worker. */
export interface LearnApi {
  learned(): Promise<LearnedSummary>;
  worth(request: WorthRequest): Promise<OffPolicyEstimates>;
  offPolicy(log: readonly LoggedChoice[]): Promise<OffPolicyEstimates>;
}

/** Given by the page to the worker once. */
export interface OpenOptions {
  /** Learn on the device, and how. Default: nothing is learned. */
  learn?: LearnOptions | undefined;
  /** Absolute URL of `manifest.json`. */
  pack: string;
  /** The best tier to load: `'linear'` never loads ONNX Runtime. Default `'model'`. */
  upTo: Source;
  /** Load titles and prices (`items()`). */
  catalogue: boolean;
  /** Milliseconds between two looks for a newer pack; never by default. */
  refreshEvery?: number;
  /** Name of the database and caches, so that several shops on one origin do not mix. */
  name: string;
  /** `'auto'`: WebAssembly, and WebGPU only where it was measured to be faster. */
  backend: 'auto' | 'wasm' | 'webgpu';
  /** What the page runs on; a worker can't see it. */
  device: Device;
  /** The shop's rules; `rules()` replaces them. */
  rules?: readonly Rule[];
  /** What the visitor has agreed to. */
  consent: Consent;
  /** Whether the page sees Global Privacy Control. */
  globalPrivacyControl: boolean;
  /** What event types are worth, over what the pack says. */
  events: Readonly<Record<string, EventTypeOptions>>;
  /** What the page has added with `addItems()`, for a worker that has to be started again. */
  items?: readonly NewItem[];
  /** Load what counts, compares and reports (`recluse/measure`). */
  measure?: boolean;
}

/** What the worker does for the page. The page's view is derived from this by comlink's `Remote`. */
export interface WorkerApi {
  open(options: OpenOptions, onChange: (event: ChangeEvent) => void): Promise<void>;
  /** Answers at once, whatever else is going on: a sign of life. */
  ping(): Promise<void>;
  track(interactions: Interaction[]): Promise<void>;
  recommend(request: Paged<RecommendRequest>): Promise<RankedList>;
  rerank(ids: string[], request: Paged<RecommendRequest>): Promise<RankedList>;
  similar(ids: string[], request: Paged<SimilarRequest>): Promise<RankedList>;
  popular(request: Paged<PopularRequest>): Promise<RankedList>;
  trending(request: Paged<TrendingRequest>): Promise<RankedList>;
  buyAgain(request: Paged<RecommendRequest>): Promise<RankedList>;
  searchByTaste(query: string, request: Paged<SearchRequest>): Promise<RankedList>;
  predict(ids: string[], request: PredictRequest): Promise<Prediction[]>;
  rules(rules: readonly Rule[]): Promise<void>;
  update(updates: ItemUpdates, options: UpdateOptions): Promise<void>;
  addItems(items: readonly NewItem[], options: AddOptions): Promise<void>;
  items(ids?: string[]): Promise<ItemDisplay[]>;
  /** Newest first; `limit` is by default 100. */
  history(limit?: number): Promise<StoredInteraction[]>;
  export(): Promise<ExportDocument>;
  forget(request: ForgetRequest): Promise<number>;
  retract(request: RetractRequest): Promise<number>;
  retain(request: RetainRequest): Promise<number>;
  import(document: unknown): Promise<ImportResult>;
  /** @param onProgress says whether to stop */
  importHistory(
    interactions: Interaction[],
    onProgress: (progress: ImportProgress) => boolean | Promise<boolean>,
  ): Promise<ImportResult>;
  /** Interactions with a `seq` above this, oldest first; without one, only the newest. */
  after(seq?: number): Promise<StoredInteraction[]>;
  profile(): Promise<Profile>;
  setProfile(changes: Record<string, string | number | readonly string[] | null>): Promise<Profile>;
  consent(state: Consent, options: { erase?: boolean }): Promise<void>;
  status(request?: StatusRequest): Promise<Status>;
  /** Asks a part that the app has asked for when opening: one of the methods that the part's own interface names. */
  part(name: PartName, method: string, given: readonly unknown[]): Promise<unknown>;
  refresh(): Promise<boolean>;
  /** Resolves when `status().phase` is `ready`. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Stable names of everything that can go wrong. */
export type ErrorCode =
  | 'invalid-argument' // a call's arguments are not what the types say; `details.field` names it
  | 'unknown-item' // an id that the pack does not know, where one is needed
  | 'pack-unreachable' // the manifest or a file could not be fetched and none is cached
  | 'pack-damaged' // bytes, hash, schema or ranges are wrong; the last good pack serves on
  | 'pack-too-new' // its format's major version is newer than this reader
  | 'catalogue-missing' // display data or attributes were asked for, but not loaded
  | 'prediction-missing' // the pack gives neither probabilities nor ratings, or its model was not asked for (`upTo`)
  | 'profile-unknown' // the pack's vocabulary does not have what the profile says: it is kept, and does not count
  | 'export-too-new' // a document to import is of a newer version than this reader
  | 'storage-unavailable' // IndexedDB is refused or lost: this session runs in memory
  | 'storage-full' // the disk is full: the interaction was not stored
  | 'model-unavailable' // ONNX Runtime or a graph could not be started; lists come from `linear`
  | 'script-unreachable' // a part of Recluse that comes after the first list could not be loaded; it is tried again when it is used
  | 'worker-failed' // the worker could not be started, or died more often than it was restarted
  | 'aborted' // the caller's signal
  | 'closed'; // a call after `close()`

/** Any failure that Recluse reports, on either side of the boundary. `code` is stable; the message is for people. */
export class RecluseError extends Error {
  override readonly name = 'RecluseError';
  readonly code: ErrorCode;
  /** Plain data that helps to mend it: a field's name, a file's path, numbers. */
  readonly details: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, message: string, details: Record<string, string | number> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

type Thrown =
  | {
      recluse: true;
      code: ErrorCode;
      message: string;
      details: Record<string, string | number>;
      stack: string;
    }
  | { recluse: false; name: string; message: string; stack: string };

/**
 * Replaces the serializer of comlink's `throw` handler, which keeps name, message and stack and drops `code` and `details`.
 * Both sides say `transferHandlers.set('throw', { ...transferHandlers.get('throw'), ...thrownAcrossTheBoundary })`.
 */
export const thrownAcrossTheBoundary = {
  serialize({ value }: { value: unknown }): [Thrown, Transferable[]] {
    if (value instanceof RecluseError) {
      const { code, message, details, stack = '' } = value;
      return [{ recluse: true, code, message, details, stack }, []];
    }
    const { name, message, stack = '' } = value instanceof Error ? value : new Error(String(value));
    return [{ recluse: false, name, message, stack }, []];
  },
  deserialize(thrown: Thrown): never {
    const error = thrown.recluse
      ? new RecluseError(thrown.code, thrown.message, thrown.details)
      : Object.assign(new Error(thrown.message), { name: thrown.name });
    error.stack = thrown.stack;
    throw error;
  },
};
