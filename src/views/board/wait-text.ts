/** What is said of a wait: its cause, and since when. */
export const WAIT_TEXT = {
  eoi: 'stage.wait.eoi',
  mask: 'stage.wait.mask',
  ppr: 'stage.wait.ppr',
  tpr: 'stage.wait.tpr',
  if: 'stage.wait.if',
  shadow: 'stage.wait.shadow',
  iret: 'stage.wait.iret',
  msix: 'stage.wait.msix',
  posted: 'stage.wait.posted',
  entry: 'stage.wait.entry',
} as const;

/** 2 µs, 1.5 ms. */
export function moment(ns: number): string {
  const [n, unit] = ns < 1000 ? [ns, 'ns'] : ns < 1e6 ? [ns / 1000, 'µs'] : [ns / 1e6, 'ms'];
  return `${Math.round(n * 10) / 10} ${unit}`;
}
