/** Sentences of the events that every scene may have; those of the other parts come when a log has them. */
import { device } from './device.ts';
import { guest } from './guest.ts';
import { ioapic } from './ioapic.ts';
import { lapic } from './lapic.ts';
import { pic } from './pic.ts';
import { routing } from './routing.ts';
import { userspace } from './userspace.ts';
import { vcpu } from './vcpu.ts';

export const events = {
  ...userspace,
  ...device,
  ...routing,
  ...pic,
  ...ioapic,
  ...lapic,
  ...vcpu,
  ...guest,
};
