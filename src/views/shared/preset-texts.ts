/** Titles of the presets come with what shows them. */
import { frame } from '../../i18n/en/frame.ts';
import { addTexts } from '../../i18n/index.ts';
import { TITLES } from '../../scenes/titles.ts';

addTexts('en', { ...frame, ...TITLES });
