/** Every table at once, for a test or a terminal. */
import './apicv.ts';
import './avic.ts';
import './pcpu.ts';
import './pi-desc.ts';
import './run-loop.ts';
import './vtd.ts';
