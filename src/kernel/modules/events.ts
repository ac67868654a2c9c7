import { text } from '../resource/fields.js';
import { defineEvent } from '../usecase/define-event.js';

const key = text(80, { required: true, description: 'The module, or the part of one.' });

export const ModuleEnabled = defineEvent('modules.module_enabled', 'A module was switched on.', { key });
export const ModuleDisabled = defineEvent('modules.module_disabled', 'A module was switched off. Its data is kept.', { key });
