/** What a page of the bench has cost so far, in the time of its own thread: a busy machine does not count. */
import type { CDPSession, Page } from '@playwright/test';

export interface Metrics {
  readonly session: CDPSession;
  /** By the browser's name for it: seconds of a duration, bytes of a size. */
  metric(name: string): Promise<number>;
}

export async function metricsOf(page: Page): Promise<Metrics> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return {
    session,
    async metric(name) {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find((m) => m.name === name)?.value ?? 0;
    },
  };
}
