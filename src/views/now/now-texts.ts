/** The sentences about events and presets, and what the panel knows of their parts, come with the panel that says them. */
import './late-rows.ts';
import '../shared/event-words.ts';
import { forks } from '../../i18n/en/forks.ts';
import { presetNotes } from '../../i18n/en/preset-notes.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', { ...forks, ...presetNotes });
