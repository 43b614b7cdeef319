import type { Device } from './contract.ts';

/** Shorter side of the screen, in CSS pixels, from which what is touched is a tablet. */
const tablet = 600;

/**
 * What the visitor holds, by what it can do and not by what it calls itself: a fine pointer is a desk, a coarse one a hand.
 * It is told to the worker alone.
 */
export function deviceHere(): Device {
  if (!matchMedia('(pointer: coarse)').matches) return 'desktop';
  return Math.min(screen.width, screen.height) < tablet ? 'phone' : 'tablet';
}
