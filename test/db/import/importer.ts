import { systemActor, type Actor } from '#kernel/access/actor.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import type { StoredMapping } from '#modules/imports/domain/stored/stored-mapping.js';
import { createFromUploads } from '#modules/imports/import/create-import.js';
import { ImportIssue } from '#modules/imports/import/import-issue.resource.js';
import type { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { dryRunImport, mapImport, startPrepared, takeBackImport } from '#modules/imports/import/steer-import.js';
import { importRows } from '#modules/imports/queries/import-rows.js';
import { runImport, type RunOptions } from '#modules/imports/run/run-import.js';
import type { Transact } from '#modules/imports/run/transact.js';
import { Upload } from '#modules/imports/store/upload.js';

/** A company that imports: files as texts by their names, each verb run to its end. */
export class Importer {
  constructor(
    private readonly kit: Kit,
    readonly tenant: TestTenant,
    readonly actor: Actor = tenant.admin,
  ) {}

  as(actor: Actor): Importer {
    return new Importer(this.kit, this.tenant, actor);
  }

  readonly transact: Transact = (fn) =>
    this.kit.runtime.withWork({ tenantId: this.tenant.id, actor: systemActor('test'), cause: { command: 'test' } }, fn);

  async map(definition: StoredMapping, files: Readonly<Record<string, string>>): Promise<string> {
    const uploads = Object.entries(files).map(([name, text]) => Upload.of(name, Buffer.from(text)));
    const { importId } = await this.tenant.run(createFromUploads, { files: uploads }, this.actor);
    await runImport(importId, this.transact);
    await this.tenant.run(mapImport, { importId, definition }, this.actor);
    return importId;
  }

  async tried(definition: StoredMapping, files: Readonly<Record<string, string>>, options?: RunOptions): Promise<ImportRun> {
    const importId = await this.map(definition, files);
    await this.tenant.run(dryRunImport, { importId }, this.actor);
    return runImport(importId, this.transact, options);
  }

  async start(importId: string): Promise<ImportRun> {
    await this.tenant.run(startPrepared, { importId, withoutDryRun: true }, this.actor);
    return runImport(importId, this.transact);
  }

  async imported(definition: StoredMapping, files: Readonly<Record<string, string>>): Promise<ImportRun> {
    return this.start(await this.map(definition, files));
  }

  async takenBack(importId: string): Promise<ImportRun> {
    await this.tenant.run(takeBackImport, { importId }, this.actor);
    return runImport(importId, this.transact);
  }

  /** Line, field, rule and severity of each. */
  async issues(importId: string) {
    const found = await this.tenant.work((work) =>
      work.repo(ImportIssue).list({ importId }, { orderBy: ['file', 'line', 'rule', 'field'] }),
    );
    return found.map(({ line, field, rule, severity }) => [line, field, rule, severity] as const);
  }

  async fates(importId: string, of: 'run' | 'dry_run' = 'run'): Promise<string[]> {
    const { rows } = await this.tenant.run(importRows, { importId, of }, this.tenant.admin);
    return rows.map(({ line, fate }) => `${line} ${fate}`);
  }
}
