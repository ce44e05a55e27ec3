/** The sentences about events come with the panel that says them. */
import { events } from '../../i18n/en/events.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', events);
