/** The sentences about bad input, for a panel that checks what is typed. */
import { errors } from '../../i18n/en/errors.ts';
import { notices } from '../../i18n/en/notices.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', { ...errors, ...notices });
