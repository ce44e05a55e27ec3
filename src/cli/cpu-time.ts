/** What work costs by the processor's own clock: what other programs do meanwhile does not count. */

/** CPU time of this process so far, ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** CPU time of a piece of work, ms. */
export function cpuMsOf(work: () => void): number {
  const from = cpuMs();
  work();
  return cpuMs() - from;
}
