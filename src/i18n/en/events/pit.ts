/** `event.<name>` with its title, variants and reasons. The i8254 (i8254.c). */
export const pit = {
  'event.pit_tick.title': 'PIT channel 0 expires',
  'event.pit_tick': 'Channel 0 reached zero. Ticks waiting: {pending}.',

  'event.pit_do_work.title': 'PIT pulses GSI 0',
  'event.pit_do_work': 'The kvm-pit thread pulses GSI 0: level 1, then level 0.',

  'event.pit_held.title': 'Last tick not acknowledged',
  'event.pit_held': 'The guest has not ended the last tick. In reinject mode KVM keeps this one (waiting: {pending}).',
  'event.pit_held.dropped': 'The guest has not ended the last tick. In discard mode KVM drops this one.',

  'event.pit_ack.title': 'Guest ends the PIT tick',
  'event.pit_ack':
    'The guest ended the tick on GSI 0. Ticks counted: {pending}. KVM drops this one and injects the next, if any.',

  'event.pit_write.title': 'Guest writes the PIT',
  'event.pit_write': 'The guest writes {value} to port {port} of the i8254.',

  'event.pit_load.title': 'PIT channel 0 starts',
  'event.pit_load': 'Channel 0 counts from {count} in mode {mode}: {hz}.',
};
