import type { Page } from '@playwright/test';

/** Keeps every worker the page starts, or those whose address has a word in it, in `window.workers`. */
export async function keepWorkers(page: Page, word = ''): Promise<void> {
  await page.addInitScript((wanted) => {
    const list: Worker[] = [];
    const Real = window.Worker;
    Object.defineProperty(window, 'workers', { value: list });
    window.Worker = class extends Real {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (String(url).includes(wanted)) list.push(this);
      }
    };
  }, word);
}
