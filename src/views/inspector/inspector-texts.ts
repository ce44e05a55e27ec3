/** What the registers mean comes with the panel that shows it. */
import '../shared/event-words.ts';
import { registers } from '../../i18n/en/registers.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', registers);
