/** Sentences of the events that every scene may have; those of the other parts come when a log has them. */
import { device } from './device.ts';
import { guest } from './guest.ts';
import { ioapic } from './ioapic.ts';
import { irqfd } from './irqfd.ts';
import { lapic } from './lapic.ts';
import { pic } from './pic.ts';
import { pit } from './pit.ts';
import { routing } from './routing.ts';
import { timer } from './timer.ts';
import { userspace } from './userspace.ts';
import { vcpu } from './vcpu.ts';

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
};
