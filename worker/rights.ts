/** The visitor's rights over their own data, and the other ways in which it comes and goes, as the page may call them. */
import { type RecluseError as Problem, RecluseError, type WorkerApi } from '../src/contract.ts';
import { checkInteractions } from './arguments.ts';
import {
  checkDocument,
  checkForgetRequest,
  checkProfileChanges,
  checkRetainRequest,
  checkRetractRequest,
  checkSeq,
} from './check-rights.ts';
import { importHistory } from './import-history.ts';
import { compact } from './model/compact.ts';
import { unknownTo } from './model/unknown-facts.ts';
import type { Pack } from './pack/pack.ts';
import { idsMeeting } from './rerank/hidden.ts';
import { kindOf } from './store/derived.ts';
import { hashOf, identityOf } from './store/identity.ts';
import { merged } from './store/merge.ts';
import type { Query } from './store/query.ts';
import { noEvidence, type Visitor } from './visitor.ts';

/** What the rights need of the rest of the worker. */
export interface RightsRooms {
  /** @throws RecluseError `closed` */
  visitor(): Visitor;
  /** The pack that serves, once there is one. */
  packHere(): Promise<Pack>;
  /** The pack, once it is known which item is in which category, or nothing more will come. */
  packWithCategories(): Promise<Pack>;
  report(problem: Problem): void;
  /** Resolves when something has been added to the history, here or in another tab, or when nothing will be any more. */
  added(): Promise<void>;
}

/** The part of the worker's API that this is. */
export type Rights = Pick<
  WorkerApi,
  'export' | 'import' | 'importHistory' | 'forget' | 'retract' | 'retain' | 'after' | 'profile' | 'setProfile'
>;

/** The items of a category, by the pack that is here. */
async function itemsOf(category: string, rooms: RightsRooms): Promise<ReadonlySet<string>> {
  const pack = await rooms.packWithCategories();
  if (!pack.categories.some(({ name }) => name === category))
    throw new RecluseError('invalid-argument', `The pack has no category ${category}.`, {
      field: 'category',
    });
  if (!pack.priors)
    throw new RecluseError('catalogue-missing', 'Which item is in which category is not loaded (`upTo`).', {
      field: 'category',
    });
  return new Set(idsMeeting([{ category }], pack));
}

/** Builds this part of the worker's API. */
export function rights(rooms: RightsRooms): Rights {
  return {
    async export() {
      const { interactions, compacted, derived, profile } = await rooms.visitor().content();
      return {
        format: 'recluse-export',
        version: 2,
        exported: Date.now(),
        interactions: [...interactions],
        profile,
        compacted: [...compacted],
        derived: derived.filter((record) => kindOf(record)?.exported),
      };
    },

    async import(document) {
      const theirs = checkDocument(document);
      const visitor = rooms.visitor();
      if (visitor.consent() === 'denied') return { added: 0, known: 0 };
      return visitor.change((content) => merged(content, theirs));
    },

    async importHistory(interactions, onProgress) {
      return importHistory(checkInteractions(interactions), rooms.visitor(), Date.now(), onProgress);
    },

    async forget(request) {
      const checked = checkForgetRequest(request);
      if (checked === 'everything') return rooms.visitor().forget(checked);
      const { category, ...conditions } = checked;
      const query: Query = category
        ? { ...conditions, category, items: await itemsOf(category, rooms) }
        : conditions;
      return rooms.visitor().forget(query);
    },

    async retract(request) {
      return rooms.visitor().forget(checkRetractRequest(request));
    },

    async retain(request) {
      const kept = checkRetainRequest(request);
      const pack = await rooms.packHere();
      return rooms.visitor().change(({ interactions, compacted: before }) => {
        const known = (one: (typeof interactions)[number]) => hashOf(identityOf(one));
        const { gone, compacted } = compact(interactions, before, pack, kept, noEvidence, known, Date.now());
        return [{ remove: gone.map(({ seq }) => seq), compacted }, gone.length];
      });
    },

    async after(seq) {
      const from = checkSeq(seq);
      for (;;) {
        const added = rooms.added();
        const found = await rooms.visitor().after(from);
        if (found.length > 0) return found;
        await added;
      }
    },

    async profile() {
      return rooms.visitor().profile();
    },

    async setProfile(changes) {
      const checked = checkProfileChanges(changes);
      const profile = await rooms.visitor().setProfile(checked);
      // A pack may be long in coming; what is kept is kept.
      rooms.packHere().then(
        (pack) => {
          const said = Object.fromEntries(
            Object.entries(profile).filter(([name]) => Object.hasOwn(checked, name)),
          );
          const unknown = unknownTo(said, pack);
          if (unknown.length > 0)
            rooms.report(
              new RecluseError(
                'profile-unknown',
                `The pack does not know this of the profile; it is kept, and does not count: ${unknown.join('; ')}.`,
              ),
            );
        },
        () => {},
      );
      return profile;
    },
  };
}
