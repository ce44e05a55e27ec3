/** The sentences about events and presets come with the panel that says them. */
import { events } from '../../i18n/en/events.ts';
import { presetNotes } from '../../i18n/en/preset-notes.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', { ...events, ...presetNotes });
