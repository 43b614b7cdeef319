/** Moments as people write them down. */
import { refuse } from './check-condition.ts';

const written = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/;
/** The last moment that a date can be. */
const last = 8.64e15;

/**
 * Milliseconds since 1970 of a moment given as such or in ISO 8601.
 *
 * @throws RecluseError `invalid-argument` for what is no date, or names a day that its month does not have
 */
export function momentOf(value: unknown, field: string): number {
  if (typeof value === 'number' && Math.abs(value) <= last) return value;
  const parts = typeof value === 'string' ? written.exec(value) : null;
  if (parts) {
    const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number];
    const parsed = Date.parse(parts[0]);
    // Engines take 30 February for 2 March.
    if (!Number.isNaN(parsed) && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()) return parsed;
  }
  return refuse(field, 'a date as 2026-12-24 or 2026-12-24T18:00+01:00, or milliseconds since 1970');
}
