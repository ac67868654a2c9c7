import { choice, instant, integer, text } from '../resource/fields.js';
import { defineEvent } from '../usecase/define-event.js';

const key = text(80, { required: true, description: 'The module, or the part of one.' });

export const ModuleEnabled = defineEvent('modules.module_enabled', 'A module was switched on.', { key });
export const ModuleDisabled = defineEvent('modules.module_disabled', 'A module was switched off. Its data is kept.', { key });

export const PurgeScheduled = defineEvent('modules.purge_scheduled', 'The data of a module that is off will be deleted.', {
  key,
  purgeAt: instant({ required: true, description: 'When.' }),
});
export const calledOffBecause = ['asked', 'export_unreadable', 'export_incomplete', 'still_referenced'] as const;
export type CalledOffBecause = (typeof calledOffBecause)[number];
export const PurgeCalledOff = defineEvent('modules.purge_called_off', 'The data of a module will not be deleted after all.', {
  key,
  because: choice(calledOffBecause, {
    required: true,
    description:
      '`asked`: somebody wanted so. `export_unreadable`: the export could not be read again, `export_incomplete`: it has less than there is. `still_referenced`: other records hold it.',
  }),
});
export const ModulePurged = defineEvent('modules.module_purged', 'The data of a module was deleted.', {
  key,
  rows: integer({ required: true, description: 'How many rows went.' }),
});
