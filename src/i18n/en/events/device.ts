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
  'event.device_quiet.serial':
    'The handler reads the receive buffer of {device}: nothing is left to read, and its line goes low.',
  'event.device_quiet.virtio':
    'The handler reads the ISR status of {device}. The read clears it, and the line goes low.',
  'event.device_quiet.nvme':
    'The handler takes the completions of {device} and writes the head doorbell: with an empty queue the line goes low.',
  'event.device_quiet.e1000': 'The handler reads ICR of {device}. The read clears the causes, and the line goes low.',
  'event.device_quiet.message':
    'The handler serves {device}. A message needs no quieting: there is no line, and the handler reads no register.',

  'event.device_config.title': 'Device’s configuration changed',
  'event.device_config': '{device} sets bit 1 of its ISR status (configuration changed) and raises its line.',
  'event.device_config.vector':
    '{device} reports the change through MSI-X entry {entry}, which its driver chose for it.',
  'event.device_config.noVector': '{device} has no vector for changes, and sends nothing.',

  'event.msix_write.title': 'Guest writes MSI-X',
  'event.msix_write': 'The guest writes {value} to {field} of MSI-X entry {entry} of {device}.',
  'event.msix_write.control': 'The guest writes {value} to {field} in the MSI-X capability of {device}.',
  'event.msix_write.cap.title': 'Guest writes the MSI capability',
  'event.msix_write.cap': 'The guest writes {value} to {field} in the MSI capability of {device}.',

  'event.msix_pending.title': 'MSI-X entry is masked',
  'event.msix_pending': 'Entry {entry} of {device} is masked, so the device sets the pending bit and sends nothing.',
  'event.msix_pending.function.title': 'MSI-X function is masked',
  'event.msix_pending.function':
    'The function mask of {device} is 1, so the device sets the pending bit of entry {entry} and sends nothing.',
  'event.msix_pending.cap.title': 'MSI vector is masked',
  'event.msix_pending.cap': 'Mask bit {entry} of {device} is 1, so the device sets the pending bit and sends nothing.',
};
