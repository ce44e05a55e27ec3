/** The share dialog's own texts come with it. */
import { share } from '../../i18n/en/share.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', share);
