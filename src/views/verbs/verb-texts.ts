/** Texts of the menus of things; they come with the first menu. */
import '../runs/deed-texts.ts';
import '../where/where-texts.ts';
import { verbs } from '../../i18n/en/verbs.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', verbs);
