/** Titles of the presets come with what shows them. */
import { presets } from '../../i18n/en/presets.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', presets);
