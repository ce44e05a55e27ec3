/**
 * `npm run -s figure -- '<fragment>' --format svg|png|gif|mp4|text [...] -o FILE`: a figure of the moment a link names, and
 * `--reopen FILE`: what a figure carries. One sentence on standard error and exit 2 where the link or the file is no good,
 * exit 3 where a format needs a browser and there is none.
 */
import { figureCommand } from './figure-command.ts';

process.exitCode = await figureCommand(process.argv.slice(2));
