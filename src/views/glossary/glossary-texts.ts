/** What the terms mean comes with the cards that say it. */
import { glossary } from '../../i18n/en/glossary.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', glossary);
