/**
 * How likely a visitor has looked at a place of a list: the position-based click model (Craswell et al., An experimental comparison
 * of click position-bias models, WSDM 2008), a power of the place as in Joachims, Swaminathan and Schnabel (WSDM 2017).
 */

/** Places beyond this are as good as this one. */
const furthest = 1000;
/** Where nobody has said at which place it stood: somewhere on a first page. */
const unknown = 4;

/**
 * Probability that what stands at a place was looked at, above 0, at most 1.
 *
 * @param position from 0; what is no such number counts as a place in the middle of a first page
 * @param bias 0: every place is looked at. 1: the tenth place a tenth as often as the first
 */
export function examined(position: number | undefined, bias: number): number {
  const place = position !== undefined && position >= 0 ? Math.min(position, furthest) : unknown;
  return (1 + place) ** -bias;
}
