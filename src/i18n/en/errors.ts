/**
 * One sentence for each thing that can be wrong, `error.<code>`. The place it stands at is shown beside it, in the notation
 * of links and presets (`ops[3].gsi`).
 */
export const errors = {
  'error.link-too-long': 'This link has {given} characters; {max} is the most a link may have.',
  'error.link-too-big': 'This link unpacks to more than {max} bytes, so it was not opened.',
  'error.link-broken': 'This link is damaged: it cannot be read past this place. Was it cut off when it was copied?',
  'error.link-newer':
    'This link was made by a newer irqscope (format {version}). Reload the page to get the newest one.',
  'error.link-preset': '“{id}” is not the name of a scene.',
  'error.link-drift':
    'The engine’s rules have changed since this link was made: its steps lead to another state now than they did then.',
  'error.link-dropped': 'Parts of this link could not be read and were left out: {places}.',
  'error.preset-unknown': 'There is no scene called “{id}”.',
  'error.preset-version': 'Version {version} of the scene “{id}” is not here any more.',
  'error.preset-not-loaded': 'The scene “{id}” could not be loaded. Is the network there?',
  'error.preset-field': 'The scene file “{id}” is not as it should be at {field}.',
  'error.ops-not-list': 'The ops of a scene are a list.',
  'error.no-create': 'A scene begins with a create op.',
  'error.second-create': 'A scene has one create op only, at its beginning.',
  'error.op-not-object': 'An op is an object with a name.',
  'error.too-many-ops': 'A scene may have {max} ops at most here.',
  'error.too-many-vcpus': '{given} vCPUs are too many: {max} is the most.',
  'error.too-many-rows': 'This scene makes more than {max} effects, so it was stopped.',
  'error.lost-run': 'The engine no longer has this scene. Open it again.',
  'error.protocol': 'The page and its engine are of different versions. Reload the page.',
  'error.op.unknown': 'There is no op called “{op}”.',
  'error.op.missing': 'The op “{name}” needs a number for {field}.',
  'error.op.notNumber': '{field} of “{name}” is not a number.',
  'error.op.range': '{field} of “{name}” is out of range: {max} is the most.',
  'error.op.notText': '{field} of “{name}” is a text of 1 to 80 characters.',
  'error.op.notOneOf': '{field} of “{name}” is one of: {allowed}.',
  'error.op.notList': '{field} of “{name}” is a list.',
  'error.op.tooMany': '{field} of “{name}” may have {max} entries at most.',
  'error.op.notObject': '{field} of “{name}” is an object.',
  'error.op.ids': 'ids of “{name}” is a list of {vcpus} different APIC ids.',
  'error.op.noMachine': 'There is no machine yet: the first op is a create.',
  'error.op.noVcpu': 'There is no such vCPU: the last one is vCPU {max}.',
  'error.op.notYet': 'The op “{op}” is not modelled yet.',
  'error.op.capability': 'KVM refuses this configuration ({reason}).',
  'error.fault': 'The engine made a mistake and was stopped; what you see is the last good state.',
  'error.other': 'Something is wrong with this input.',
} as const;
