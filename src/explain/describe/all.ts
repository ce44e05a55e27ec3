/** Every table at once, for a test or a terminal. */
import './apicv.ts';
import './avic.ts';
import './bus.ts';
import './irqfd.ts';
import './pcpu.ts';
import './pi-desc.ts';
import './pit.ts';
import './pv-eoi.ts';
import './run-loop.ts';
import './timer.ts';
import './vtd.ts';
