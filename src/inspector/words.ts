/** Every text that the inspector shows, in English and in German; a site may bring its own. */
import type { Consent, Reason } from '../index.ts';
import type { MetricsWords } from './metrics.ts';

/** The texts of one language. */
export interface InspectorWords {
  title: string;
  known: string;
  tastes: string;
  why: string;
  leaves: string;
  kept: string;
  metrics: string;
  yours: string;
  nothing: string;
  /** How many lines there are, and what the visitor's consent means for them. */
  lines(count: number, consent: Consent): string;
  /** The label of the choice of what to show, and its first answer. */
  show: string;
  everything: string;
  /** The button that forgets all lines about one thing, and what it says to whoever does not see the line. */
  all(count: number): string;
  forgetAbout(count: number, name: string): string;
  /** What was only seen. */
  seen(count: number): string;
  forgetSeen: string;
  /** Lines that `retain()` has made sums of. */
  sums(count: number, sums: number): string;
  /** A line about a whole category. */
  everythingFrom(category: string): string;
  rated(stars: number): string;
  pieces(count: number): string;
  forgetLine(deed: string, name: string): string;
  forgotten(count: number): string;
  older(count: number): string;
  deed(type: string): string;
  reason(reason: Reason, nameOf: (id: string) => string): string;
  sent: string;
  requests: string;
  gpc: string;
  storage: string;
  memory: string;
  disk: string;
  pack: string;
  dataUntil: string;
  source: string;
  card: string;
  none: string;
  noMetrics: string;
  /** Texts of the metrics that take the place of the language's own. */
  measured?: Partial<MetricsWords>;
  pause: string;
  resume: string;
  paused: string;
  resumed: string;
  save: string;
  load: string;
  loaded(added: number): string;
  forgetAll: string;
  sure: string;
  yes: string;
  no: string;
  failed(message: string): string;
}

const deedsInEnglish: Readonly<Record<string, string>> = {
  view: 'looked at',
  click: 'opened',
  cart: 'put in the basket',
  'cart-removal': 'took out of the basket',
  purchase: 'bought',
  rating: 'rated',
  like: 'liked',
  dislike: 'did not want',
  hide: 'hid',
  share: 'shared',
  search: 'searched for',
  wishlist: 'put on the wish list',
};

const deedsInGerman: Readonly<Record<string, string>> = {
  view: 'angesehen',
  click: 'geöffnet',
  cart: 'in den Korb gelegt',
  'cart-removal': 'aus dem Korb genommen',
  purchase: 'gekauft',
  rating: 'bewertet',
  like: 'gemocht',
  dislike: 'abgelehnt',
  hide: 'ausgeblendet',
  share: 'geteilt',
  search: 'gesucht',
  wishlist: 'auf die Wunschliste gesetzt',
};

const deedIn = (deeds: Readonly<Record<string, string>>) => (type: string) =>
  Object.hasOwn(deeds, type) ? deeds[type]! : type;

/** English. */
export const english: InspectorWords = {
  title: 'What this device knows',
  known: 'What you did',
  tastes: 'Your tastes',
  why: 'Why this list',
  leaves: 'What left this device',
  kept: 'Where it is kept',
  metrics: 'What lists are worth',
  yours: 'It is yours',
  nothing: 'Nothing yet.',
  lines: (count, consent) =>
    `${count} ${count === 1 ? 'line' : 'lines'}, in this browser only${{ granted: '', pending: ', and only until this tab is closed', denied: ', and not used now' }[consent]}.`,
  show: 'Show',
  everything: 'everything',
  all: (count) => `all ${count}`,
  forgetAbout: (count, name) => `Forget all ${count} lines about ${name}`,
  seen: (count) => `Only seen: ${count} ${count === 1 ? 'thing' : 'things'}`,
  forgetSeen: 'Forget these',
  sums: (count, sums) =>
    `${count} older ${count === 1 ? 'line is' : 'lines are'} kept only as ${sums} ${sums === 1 ? 'sum' : 'sums'}: what and how often, not each time.`,
  everythingFrom: (category) => `everything from ${category}`,
  rated: (stars) => `rated ${stars}`,
  pieces: (count) => `${count} pieces`,
  forgetLine: (deed, name) => `Forget: ${deed} ${name}`,
  forgotten: (count) => `${count} ${count === 1 ? 'line' : 'lines'} forgotten.`,
  older: (count) => `And ${count} older; a saved copy holds them all.`,
  deed: deedIn(deedsInEnglish),
  reason(reason, nameOf) {
    if (reason.kind === 'because') return `because you ${english.deed(reason.type)} ${nameOf(reason.item)}`;
    if (reason.kind === 'habit')
      return reason.times === 1
        ? `you bought it ${Math.round(reason.daysSince)} days ago`
        : `you buy it again and again: ${reason.times} times, ${Math.round(reason.daysSince)} days ago`;
    if (reason.kind === 'category') return `you often choose ${reason.category}`;
    return reason.kind === 'rule' ? `the shop wants it here (${reason.rule})` : 'many people like it';
  },
  sent: 'bytes about you have left this device',
  requests: 'Files asked for, the same for everybody',
  gpc: 'Your browser objects to sharing (Global Privacy Control)',
  storage: 'Kept in',
  memory: 'memory, until this tab is closed',
  disk: 'this browser',
  pack: 'Model',
  dataUntil: 'Trained on data until',
  source: 'Lists come from',
  card: 'Measured before it came here',
  none: 'none',
  noMetrics: 'This site does not count what its lists lead to.',
  pause: 'Pause',
  resume: 'Go on',
  paused: 'Nothing is noted from now on, and what is known is not used.',
  resumed: 'What you do is noted again, on this device.',
  save: 'Save a copy',
  load: 'Load a copy',
  loaded: (added) => `${added} ${added === 1 ? 'line' : 'lines'} added.`,
  forgetAll: 'Forget everything',
  sure: 'Forget everything on this device? That cannot be undone.',
  yes: 'Yes, forget',
  no: 'No, keep it',
  failed: (message) => `That did not work: ${message}`,
};

/** German. */
export const german: InspectorWords = {
  title: 'Was dieses Gerät weiß',
  known: 'Was Sie getan haben',
  tastes: 'Ihr Geschmack',
  why: 'Warum diese Liste',
  leaves: 'Was dieses Gerät verlassen hat',
  kept: 'Wo es liegt',
  metrics: 'Was die Listen bringen',
  yours: 'Es gehört Ihnen',
  nothing: 'Noch nichts.',
  lines: (count, consent) =>
    `${count} ${count === 1 ? 'Zeile' : 'Zeilen'}, nur in diesem Browser${{ granted: '', pending: ', und nur, bis dieser Tab geschlossen wird', denied: ', und zurzeit nicht benutzt' }[consent]}.`,
  show: 'Zeigen',
  everything: 'alles',
  all: (count) => `alle ${count}`,
  forgetAbout: (count, name) => `Alle ${count} Zeilen zu ${name} vergessen`,
  seen: (count) => `Nur gesehen: ${count}`,
  forgetSeen: 'Diese vergessen',
  sums: (count, sums) =>
    `${count} ältere ${count === 1 ? 'Zeile bleibt' : 'Zeilen bleiben'} nur als ${sums} ${sums === 1 ? 'Summe' : 'Summen'}: was und wie oft, nicht jedes Mal.`,
  everythingFrom: (category) => `alles aus ${category}`,
  rated: (stars) => `mit ${stars} bewertet`,
  pieces: (count) => `${count} Stück`,
  forgetLine: (deed, name) => `Vergessen: ${name} ${deed}`,
  forgotten: (count) => `${count} ${count === 1 ? 'Zeile' : 'Zeilen'} vergessen.`,
  older: (count) => `Und ${count} ältere; eine gesicherte Kopie enthält alle.`,
  deed: deedIn(deedsInGerman),
  reason(reason, nameOf) {
    if (reason.kind === 'because') return `weil Sie ${nameOf(reason.item)} ${german.deed(reason.type)} haben`;
    if (reason.kind === 'habit')
      return reason.times === 1
        ? `Sie haben es vor ${Math.round(reason.daysSince)} Tagen gekauft`
        : `Sie kaufen es immer wieder: ${reason.times}-mal, zuletzt vor ${Math.round(reason.daysSince)} Tagen`;
    if (reason.kind === 'category') return `Sie wählen oft ${reason.category}`;
    return reason.kind === 'rule' ? `der Laden will es hier (${reason.rule})` : 'viele mögen es';
  },
  sent: 'Bytes über Sie haben dieses Gerät verlassen',
  requests: 'Angefragte Dateien, für alle dieselben',
  gpc: 'Ihr Browser widerspricht jeder Weitergabe (Global Privacy Control)',
  storage: 'Liegt in',
  memory: 'im Arbeitsspeicher, bis dieser Tab geschlossen wird',
  disk: 'diesem Browser',
  pack: 'Modell',
  dataUntil: 'Gelernt aus Daten bis',
  source: 'Listen kommen von',
  card: 'Gemessen, bevor es hierher kam',
  none: 'keins',
  noMetrics: 'Diese Seite zählt nicht, was ihre Listen bringen.',
  pause: 'Anhalten',
  resume: 'Weiter',
  paused: 'Ab jetzt wird nichts vermerkt, und was bekannt ist, wird nicht benutzt.',
  resumed: 'Was Sie tun, wird wieder vermerkt, auf diesem Gerät.',
  save: 'Kopie sichern',
  load: 'Kopie laden',
  loaded: (added) => `${added} ${added === 1 ? 'Zeile' : 'Zeilen'} hinzugefügt.`,
  forgetAll: 'Alles vergessen',
  sure: 'Alles auf diesem Gerät vergessen? Das lässt sich nicht rückgängig machen.',
  yes: 'Ja, vergessen',
  no: 'Nein, behalten',
  failed: (message) => `Das ging nicht: ${message}`,
};
