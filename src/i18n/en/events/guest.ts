/** `event.<name>` with its title, variants and reasons. The model's guest: its handlers, flags and HLT. */
export const guest = {
  'event.handler_enter.title': 'Guest runs the handler',
  'event.handler_enter': 'vCPU {vcpu} runs the handler of vector {vec}: {handler}.',
  'event.handler_enter.nested': 'Vector {vec} interrupts a running handler: vCPU {vcpu} runs {handler}. Depth {depth}.',
  'event.handler_enter.nested.title': 'Handler interrupts a handler',

  'event.handler_exit.title': 'Handler returns',
  'event.handler_exit': 'vCPU {vcpu} returns from {handler} to the code that vector {vec} interrupted.',

  'event.guest_flags.title': 'Guest changes IF',
  'event.guest_flags': 'vCPU {vcpu}: RFLAGS.IF = {if}, interrupt shadow: {shadow}.',

  'event.guest_nested.title': 'vCPU switches between L1 and L2',
  'event.guest_nested': 'vCPU {vcpu} goes back to its own code (L1).',

  'event.guest_nested.in': 'vCPU {vcpu} runs a guest of its own (L2).',

  'event.guest_halt.title': 'Guest executes HLT',
  'event.guest_halt': 'vCPU {vcpu} has nothing to do and halts. An interrupt it can take wakes it.',

  'event.guest_wake.title': 'vCPU leaves HLT',
  'event.guest_wake': 'An event is pending for vCPU {vcpu}, so it leaves HLT.',
};
