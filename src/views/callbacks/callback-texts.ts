/** The facts about the operations come with the panel that shows them. */
import { callbacks } from '../../i18n/en/callbacks.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', callbacks);
