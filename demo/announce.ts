/** Says to screen readers what changed, in a moment of calm: of several changes in a row only the last. */

let waiting: ReturnType<typeof setTimeout> | undefined;

export function announce(text: string): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    // Behind an open dialog nothing is read out.
    const live =
      document.querySelector('dialog[open] .panel-announcements') ?? document.querySelector('#announcements');
    if (live) live.textContent = text;
  }, 400);
}
