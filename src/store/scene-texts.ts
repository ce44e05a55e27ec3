/** The English texts of scenes, for the panel that says them. */
import { addTexts } from '../i18n/index.ts';
import { SCENES_EN } from '../scenes/texts-en.ts';

addTexts('en', SCENES_EN);
