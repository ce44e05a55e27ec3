/** Every area of the Simplified Chinese catalogue, as one chunk that loads only when somebody reads Chinese. */
import { app } from './app.ts';
import { callbacks } from './callbacks.ts';
import { chapters } from './chapters.ts';
import { compare } from './compare.ts';
import { deeds } from './deeds.ts';
import { differs } from './differs.ts';
import { errors } from './errors.ts';
import { events } from './events/index.ts';
import { forks } from './forks.ts';
import { frame } from './frame.ts';
import { glossary } from './glossary.ts';
import { header } from './header.ts';
import { lanes } from './lanes.ts';
import { machine } from './machine.ts';
import { notices } from './notices.ts';
import { panels } from './panels.ts';
import { pills } from './pills.ts';
import { registers } from './registers.ts';
import { roads } from './roads.ts';
import { share } from './share.ts';
import { stage } from './stage.ts';
import { timeline } from './timeline.ts';
import { traces } from './traces.ts';
import { verbs } from './verbs.ts';
import { where } from './where.ts';
import { words } from './words.ts';

export { spaced } from './spaced.ts';

export const texts = {
  ...app,
  ...chapters,
  ...compare,
  ...deeds,
  ...differs,
  ...errors,
  ...events,
  ...forks,
  ...frame,
  ...glossary,
  ...header,
  ...lanes,
  ...callbacks,
  ...where,
  ...machine,
  ...notices,
  ...panels,
  ...pills,
  ...registers,
  ...roads,
  ...share,
  ...stage,
  ...timeline,
  ...verbs,
  ...words,
  ...traces,
};
