import { boolean, choice, instant, list, object, text } from '../resource/fields.js';
import { defineQuery } from '../usecase/define-command.js';
import { switchesOf } from '../variants/switches.js';
import { keysOn, stateOf, switchedModules } from './module-states.js';
import { moduleStates } from './tenant-module.resource.js';

const keys = (description: string) => list(text(80), { required: true, description });

export const listModules = defineQuery({
  name: 'module.list',
  summary: 'The modules there are, and which of them are on here.',
  description: 'For everybody who is signed in: by `on` a front end knows what it can offer.',
  graphql: 'modules',
  access: 'member',
  rest: { method: 'GET', path: '/modules' },
  input: {},
  output: {
    modules: list(
      object(
        {
          key: text(80, { required: true, description: 'The module, or a part of one as `sales.leads`.' }),
          label: text(80, { required: true, description: 'Its name for people.' }),
          description: text(500, { required: true, description: 'What it is for.' }),
          on: boolean({ required: true, description: 'Whether it is there. A part is there when its module is too.' }),
          state: choice(moduleStates, { required: true, description: 'What was said of itself; `enabled` unless it was ever switched.' }),
          changedAt: instant({ description: 'Since when it is so; empty when it was never switched.' }),
          purgeAt: instant({ description: 'When its data will be deleted; empty when it stays.' }),
          calledOff: text(200, { description: 'Why it was not deleted after all, when nobody asked for that.' }),
          dependsOn: keys('What it cannot do without.'),
          optional: keys('What it makes use of where it is on.'),
        },
        { name: 'ModuleInfo', required: true },
      ),
      { required: true, description: 'Modules before their parts. Those that are always on are not among them.' },
    ),
  },

  async run(_input, work) {
    const rows = await switchedModules(work);
    const on = keysOn(work, rows);
    return {
      modules: [...switchesOf(work.definitions).values()].map(({ key, label, description, dependsOn, optional }) => ({
        key,
        label,
        description,
        on: on.has(key),
        state: stateOf(rows, key),
        changedAt: rows.get(key)?.changedAt ?? null,
        purgeAt: rows.get(key)?.purgeAt ?? null,
        calledOff: rows.get(key)?.calledOff ?? null,
        dependsOn: [...dependsOn],
        optional: [...optional],
      })),
    };
  },
});
