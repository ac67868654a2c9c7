import type { Command } from 'commander';
import { settingsTable } from '#app/settings-table.js';

/** `kontor settings`: the table that the README holds. */
export const register = (program: Command): void => {
  program
    .command('settings')
    .description('Print all settings as the Markdown table of the README.')
    .action(() => console.log(settingsTable()));
};
