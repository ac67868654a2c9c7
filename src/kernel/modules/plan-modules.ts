import { choice, list, object, text } from '../resource/fields.js';
import { defineQuery } from '../usecase/define-command.js';
import { switchesOf } from '../variants/switches.js';
import { planOf } from './module-plan.js';
import { keysOff, keysOn, switchedModules, switchNamed } from './module-states.js';

const keys = (description: string) => list(text(80), { max: 100, description });

export const planModules = defineQuery({
  name: 'module.plan',
  summary: 'What has to be switched, in order, so that some modules are on and others off.',
  description: 'Changes nothing. What is to be on brings what it needs; what is to be off takes what needs it along.',
  graphql: 'modulePlan',
  rest: { method: 'GET', path: '/modules/plan' },
  input: { enable: keys('What is to be on.'), disable: keys('What is to be off.') },
  output: {
    steps: list(
      object(
        {
          key: text(80, { required: true, description: 'The module or part.' }),
          action: choice(['enable', 'disable'], { required: true, description: 'What to do with it.' }),
        },
        { name: 'ModuleStep', required: true },
      ),
      { required: true, description: 'Steps, each by a command of its own. Empty: it is so already.' },
    ),
  },
  errors: { 'module.not_found': 'There is no such module.', 'module.ground': 'It is what the others stand on, and always on.' },

  async run({ enable, disable }, work) {
    const wanted = { enable: enable ?? [], disable: disable ?? [] };
    for (const key of [...wanted.enable, ...wanted.disable]) switchNamed(work, key);
    const rows = await switchedModules(work);
    return { steps: planOf(switchesOf(work.definitions), { on: keysOn(work, rows), off: keysOff(rows) }, wanted) };
  },
});
