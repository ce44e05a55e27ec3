/** The texts about traces. */
import { traces } from '../../i18n/en/traces.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', traces);
