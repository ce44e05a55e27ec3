/** The texts of the comparison, and those about events and errors, which it names. */
import '../shared/event-words.ts';
import { compare } from '../../i18n/en/compare.ts';
import { errors } from '../../i18n/en/errors.ts';
import { notices } from '../../i18n/en/notices.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', { ...compare, ...errors, ...notices });
