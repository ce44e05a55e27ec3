/**
 * axe on a page of one document. Its other mode opens a second page and loads axe again for every question. Only violations are
 * written out: a selector and a summary of each element that passes would be most of the time of a stage of a thousand.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Rules that look at colours: all that another theme of the same page can break. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

class Axe {
  readonly #page: Page;
  readonly #asked: ((builder: AxeBuilder) => unknown)[] = [];
  constructor(page: Page) {
    this.#page = page;
  }
  #ask(how: (builder: AxeBuilder) => unknown): this {
    this.#asked.push(how);
    return this;
  }
  include(part: string): this {
    return this.#ask((builder) => builder.include(part));
  }
  withTags(tags: string[]): this {
    return this.#ask((builder) => builder.withTags(tags));
  }
  /** For a page that has passed everything in another theme. */
  coloursAlone(): this {
    return this.#ask((builder) => builder.withRules(COLOURS));
  }
  async analyze(): ReturnType<AxeBuilder['analyze']> {
    const page = this.#page;
    // To send and compile axe once more for each question is a third of its time.
    const isHere = page.frames().length === 1 && (await page.evaluate(() => 'axe' in window));
    const builder = new AxeBuilder(isHere ? { page, axeSource: '0' } : { page });
    builder.setLegacyMode(true).options({ resultTypes: ['violations'] });
    for (const how of this.#asked) how(builder);
    return builder.analyze();
  }
}

export const axeOf = (page: Page): Axe => new Axe(page);
