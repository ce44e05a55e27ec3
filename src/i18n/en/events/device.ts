/** `event.<name>` with its title, variants and reasons. The model's devices, which are no part of KVM. */
export const device = {
  'event.device_raise.title': 'Device raises its line',
  'event.device_raise': '{device} raises its line, GSI {gsi}.',
  'event.device_raise.low': '{device} lowers its line, GSI {gsi}.',
  'event.device_raise.low.title': 'Device lowers its line',

  'event.device_event.title': 'Device needs service',
  'event.device_event': '{device}: {what}.',

  'event.device_quiet.title': 'Driver serves the device',
  'event.device_quiet': 'The handler serves {device}, which needs no interrupt any more.',

  'event.msix_write.title': 'Guest writes MSI-X',
  'event.msix_write': 'The guest writes {value} to {field} of MSI-X entry {entry} of {device}.',

  'event.msix_pending.title': 'MSI-X entry is masked',
  'event.msix_pending': 'Entry {entry} of {device} is masked, so the device sets the pending bit and sends nothing.',
};
