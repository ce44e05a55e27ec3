/** Texts of the machine editor; its button is in the header. */
import { machine } from '../../i18n/en/machine.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', machine);
