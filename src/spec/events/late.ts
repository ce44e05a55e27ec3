/**
 * Parts whose rows a page loads only when a log has them: most scenes never do. A part's codes lie together, so one look at a
 * code says which part it belongs to before its row is here; a test holds these ranges against the rows.
 */
export const LATE_PARTS = [
  'irqfd',
  'timer',
  'pit',
  'pcpu',
  'run-loop',
  'pi-desc',
  'apicv',
  'vtd',
  'avic',
  'pv-eoi',
  'bus',
] as const;
export type LatePart = (typeof LATE_PARTS)[number];

/** First and last code of each range, ascending. */
export const LATE_CODES: readonly (readonly [first: number, last: number, part: LatePart])[] = [
  [7, 12, 'irqfd'],
  [120, 125, 'timer'],
  [130, 135, 'pit'],
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
  [340, 379, 'bus'],
];

/** By code, for a look at each row of a long log. */
const parts: (LatePart | undefined)[] = [];
for (const [first, last, part] of LATE_CODES) for (let code = first; code <= last; code++) parts[code] = part;

/** The late part a code belongs to. */
export const latePartOf = (code: number): LatePart | undefined => parts[code];
