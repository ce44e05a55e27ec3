/** axe on a page of one document. Its other mode opens a second page and loads axe again for every question. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

export const axeOf = (page: Page): AxeBuilder => new AxeBuilder({ page }).setLegacyMode(true);
