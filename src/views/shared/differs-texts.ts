/** The remarks come with the panels that say them. */
import { differs } from '../../i18n/en/differs.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', differs);
