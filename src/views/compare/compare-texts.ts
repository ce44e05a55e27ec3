/** The texts of the comparison, and those about events and errors, which it names. */
import { compare } from '../../i18n/en/compare.ts';
import { errors } from '../../i18n/en/errors.ts';
import { events } from '../../i18n/en/events.ts';
import { addTexts } from '../../i18n/index.ts';

addTexts('en', { ...compare, ...errors, ...events });
