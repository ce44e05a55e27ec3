/** Names of what a person does; they come with what first says one. */
import { deeds } from '../../i18n/en/deeds.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', deeds);
