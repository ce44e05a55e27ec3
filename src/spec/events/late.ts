/**
 * Parts whose rows a page loads only when a log has them: most scenes never do. A part's codes lie together, so one look at a
 * code says which part it belongs to before its row is here; a test holds these ranges against the rows.
 */
export const LATE_PARTS = ['pcpu', 'run-loop', 'pi-desc', 'apicv', 'vtd', 'avic', 'pv-eoi'] as const;
export type LatePart = (typeof LATE_PARTS)[number];

/** First and last code of each range, ascending. */
export const LATE_CODES: readonly (readonly [first: number, last: number, part: LatePart])[] = [
  [200, 204, 'pcpu'],
  [205, 208, 'pi-desc'],
  [210, 227, 'run-loop'],
  [240, 244, 'pi-desc'],
  [245, 264, 'apicv'],
  [265, 267, 'pi-desc'],
  [270, 271, 'apicv'],
  [280, 287, 'vtd'],
  [300, 308, 'avic'],
  [320, 324, 'pv-eoi'],
];

/** Codes from here on may be late. */
export const FIRST_LATE_CODE = 200;
const END_OF_LATE_CODES = 340;

/** The late part a code belongs to. */
export function latePartOf(code: number): LatePart | undefined {
  if (code < FIRST_LATE_CODE || code >= END_OF_LATE_CODES) return undefined;
  return LATE_CODES.find(([first, last]) => code >= first && code <= last)?.[2];
}
