import { apicv } from './apicv.ts';
import { avic } from './avic.ts';
import { bus } from './bus.ts';
import { device } from './device.ts';
import { guest } from './guest.ts';
import { ioapic } from './ioapic.ts';
import { irqfd } from './irqfd.ts';
import { lapic } from './lapic.ts';
import { pcpu } from './pcpu.ts';
import { piDesc } from './pi-desc.ts';
import { pic } from './pic.ts';
import { pit } from './pit.ts';
import { pvEoi } from './pv-eoi.ts';
import { routing } from './routing.ts';
import { runLoop } from './run-loop.ts';
import { timer } from './timer.ts';
import { userspace } from './userspace.ts';
import { vcpu } from './vcpu.ts';
import { vtd } from './vtd.ts';

export const events = {
  ...userspace,
  ...device,
  ...irqfd,
  ...routing,
  ...pic,
  ...ioapic,
  ...lapic,
  ...timer,
  ...pit,
  ...vcpu,
  ...guest,
  ...pcpu,
  ...runLoop,
  ...piDesc,
  ...apicv,
  ...vtd,
  ...avic,
  ...bus,
  ...pvEoi,
};
