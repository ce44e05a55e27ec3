/** The texts about roads and buses. */
import { roads } from '../../i18n/en/roads.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', roads);
