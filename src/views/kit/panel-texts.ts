/** The panels' own texts come with the first panel. */
import { panels } from '../../i18n/en/panels.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', panels);
