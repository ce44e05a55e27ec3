/** The sentences about events and presets, and what the panel knows of their parts, come with the panel that says them. */
import './late-rows.ts';
import '../shared/event-words.ts';
import { forks } from '../../i18n/en/forks.ts';
import { addTexts } from '../../i18n/index.ts';
import '../../store/scene-texts.ts';

addTexts('en', forks);
