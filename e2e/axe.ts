/**
 * axe on a page of one document. Its other mode opens a second page and loads axe again for every question. Only violations are
 * written out: a selector and a summary of each element that passes would be most of the time of a stage of a thousand.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

export const axeOf = (page: Page): AxeBuilder =>
  new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
