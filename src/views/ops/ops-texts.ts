/** The facts about the operations come with the panel that shows them. */
import { ops } from '../../i18n/en/ops.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', ops);
