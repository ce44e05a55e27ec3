/** The header's own texts come with it. */
import '../shared/preset-texts.ts';
import { header } from '../../i18n/en/header.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', header);
