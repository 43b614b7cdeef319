/** What every type of event is worth: what the pack declares, what the app says over it, and what is usual; "Event types" in `docs/model.md`. */
import type { EventTypeOptions } from '../../src/contract.ts';
import type { Manifest } from '../pack/pack.ts';

/** One that the pack does not declare counts as evidence for the linear tier alone. */
export type EventType = Manifest['eventTypes'][number] & { readonly undeclared?: true };

/** What the usual types are worth where a pack says nothing of them. `search` and `impression` are no evidence and so not among them. */
const usual: Readonly<Record<string, Pick<EventType, 'weight' | 'value'>>> = {
  purchase: { weight: 1 },
  cart: { weight: 0.6 },
  like: { weight: 0.7 },
  rating: { weight: 0.7, value: { base: -1.5, slope: 0.5 } },
  share: { weight: 0.5 },
  click: { weight: 0.1 },
  view: { weight: 0.1 },
  dislike: { weight: -1 },
  hide: { weight: -1 },
};

/** The manifest with every event type that counts: the declared ones first, each at its place. */
export function withEventTypes(
  manifest: Manifest,
  events: Readonly<Record<string, EventTypeOptions>>,
): Manifest {
  const said = (name: string) => (Object.hasOwn(events, name) ? events[name] : undefined);
  const declared = new Set(manifest.eventTypes.map(({ name }) => name));
  const others = [...new Set([...Object.keys(usual), ...Object.keys(events)])].filter(
    (name) => !declared.has(name),
  );
  const eventTypes: EventType[] = [
    ...manifest.eventTypes.map((type) => ({ ...type, ...said(type.name) })),
    ...others.map(
      (name): EventType => ({
        weight: 0,
        ...(Object.hasOwn(usual, name) ? usual[name] : {}),
        ...said(name),
        name,
        habit: false,
        token: 0,
        undeclared: true,
      }),
    ),
  ];
  // The history keeps types as bytes.
  return { ...manifest, eventTypes: eventTypes.slice(0, 256) };
}
