/** The questions' texts come with the panel that asks them. */
import { where } from '../../i18n/en/where.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', where);
