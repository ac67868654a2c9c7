import { drain } from '#kernel/jobs/drain.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

describe('O05 a job that names another company', () => {
  test('in its payload changes nothing there: the row it came from says whose it is', async () => {
    const [mine, other] = [await kit.tenant(), await kit.tenant()];
    const Account = kit.runtime.registry.resource('account');
    const theirs = await other.work((work) => work.repo(Account).create({ name: 'Theirs', ownerId: other.admin.userId }));
    const names = [...kit.runtime.registry.tasks.keys()];
    expect(names.length).toBeGreaterThan(5);
    const before = await kit.asOwner('select md5(string_agg(t::text, $$,$$ order by id)) as sum from customers.accounts t', [], other.id);
    for (const name of names) {
      await kit.asOwner(
        `insert into kernel.tasks (tenant_id, id, name, key, payload, due_at, created_at) values ($1, gen_random_uuid(), $2, 'forged', $3, now() - interval '1 hour', now())`,
        [
          mine.id,
          name,
          JSON.stringify({
            tenantId: other.id,
            tenant_id: other.id,
            id: theirs.id,
            accountId: theirs.id,
            messageId: theirs.id,
            caseId: theirs.id,
            runId: theirs.id,
          }),
        ],
        mine.id,
      );
    }
    await drain(kit.runtime, { onFailure: 'retry' });
    const tried = await kit.asOwner(
      `select count(*)::integer as n from kernel.tasks where key = 'forged' and (attempts > 0 or state <> 'pending')`,
      [],
      mine.id,
    );
    expect(tried[0]?.['n']).toBe(names.length);
    expect(await kit.asOwner('select md5(string_agg(t::text, $$,$$ order by id)) as sum from customers.accounts t', [], other.id)).toEqual(
      before,
    );
  });

  test('cannot be written by the application at all outside its own company', async () => {
    const [mine, other] = [await kit.tenant(), await kit.tenant()];
    await expect(
      mine.work((work) =>
        work.exec(
          `insert into kernel.tasks (tenant_id, id, name, key, payload, due_at, created_at) values ($1, gen_random_uuid(), 'x', 'k', '{}', now(), now())`,
          [other.id],
        ),
      ),
    ).rejects.toMatchObject({ code: '42501' });
  });
});
