import type { ChangeEvent } from '../src/contract.ts';

type ChangeReason = ChangeEvent['reason'];

/** Tells the page what changed: the first of a kind at once, those that follow closely together as one. */
export interface Changes {
  tell(reason: ChangeReason): void;
  close(): void;
}

/** Milliseconds in which changes of one kind count as one. */
const together = 50;

/** @param emit called with each reason; it may take its time */
export function openChanges(emit: (reason: ChangeReason) => void): Changes {
  /** Kinds told of lately, and whether something has happened to them since. */
  const lately = new Map<ChangeReason, { again: boolean; timer: ReturnType<typeof setTimeout> }>();

  function tell(reason: ChangeReason): void {
    const recent = lately.get(reason);
    if (recent) {
      recent.again = true;
      return;
    }
    const timer = setTimeout(() => {
      const { again } = lately.get(reason) ?? { again: false };
      lately.delete(reason);
      if (again) tell(reason);
    }, together);
    lately.set(reason, { again: false, timer });
    emit(reason);
  }

  return {
    tell,
    close() {
      for (const { timer } of lately.values()) clearTimeout(timer);
      lately.clear();
    },
  };
}
