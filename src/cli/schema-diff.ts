import type { Command } from 'commander';
import pg from 'pg';
import { allModules } from '#app/modules.js';
import { createStatements } from '#kernel/resource/ddl.js';
import { drift, readTables } from '#kernel/resource/drift.js';
import { buildRegistry } from '#kernel/resource/registry.js';

/** `kontor schema:diff`: what a migration still has to say. */
export const register = (program: Command): void => {
  program
    .command('schema:diff [module]')
    .description(
      'Print the migration lines that the resource definitions still need. With --url it compares with a database, else it prints whole tables.',
    )
    .option('--url <url>', 'owner URL of a migrated database')
    .action(async (module: string | undefined, options: { url?: string }) => {
      const lines = options.url ? await compare(options.url) : whole();
      for (const [name, statements] of lines) {
        if (module === undefined || module === name) console.log(`-- ${name}\n${statements.join('\n')}\n`);
      }
      if (lines.size === 0) console.log('The database matches the definitions.');
    });
};

function whole(): Map<string, string[]> {
  const registry = buildRegistry(allModules);
  const result = new Map<string, string[]>();
  for (const resource of registry.resources.values()) {
    const lines = createStatements(resource, (name) => registry.resource(name).table);
    result.set(resource.module, [...(result.get(resource.module) ?? []), ...lines]);
  }
  return result;
}

async function compare(url: string): Promise<Map<string, string[]>> {
  const registry = buildRegistry(allModules);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return drift(
      registry,
      await readTables(
        (text, values) => client.query(text, values),
        registry.modules.map((m) => m.name),
      ),
    );
  } finally {
    await client.end();
  }
}
