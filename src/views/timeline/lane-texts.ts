/** The timeline's own texts come with it. */
import { lanes } from '../../i18n/en/lanes.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', lanes);
