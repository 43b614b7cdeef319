/** What a profile says that a pack has no words for. */
import type { Profile } from '../../src/contract.ts';
import type { Pack } from '../pack/pack.ts';
import { categoriesIn } from './stated.ts';

/** What of a profile the pack has no use for, in words. */
export function unknownTo(profile: Profile, { manifest, categories }: Pack): string[] {
  const names = new Set(categories.map(({ name }) => name));
  const contexts = new Map(manifest.context.map(({ name, values }) => [name, values]));
  return Object.entries(profile).flatMap(([name, value]) => {
    if (name === 'likes' || name === 'dislikes')
      return categoriesIn(profile, name)
        .filter((category) => !names.has(category))
        .map((category) => `category ${category} (${name})`);
    const values = contexts.get(name);
    if (!values) return [name];
    const known = typeof value !== 'object' && (values.length === 0 || values.includes(String(value)));
    return known ? [] : [`${name}: ${[value].flat().join(', ')}`];
  });
}
