/** The texts of the chapters' frame come with it. */
import { chapters } from '../../i18n/en/chapters.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', chapters);
