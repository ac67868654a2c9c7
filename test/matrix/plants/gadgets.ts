import { defineResource, ownedBy } from '#kernel/resource/define-resource.js';
import { ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { defineModule } from '#kernel/usecase/define-module.js';

export const Gadget = defineResource('gadget', {
  description: 'Something nobody has thought of yet.',
  table: 'gadgets.gadgets',
  scope: ownedBy('ownerId'),
  fields: { name: text(80, { required: true, search: true }), ownerId: ref('user', { required: true, inverse: 'gadgets' }) },
});

const polishGadget = defineCommand({
  name: 'gadget.polish',
  summary: 'Make a gadget shine.',
  input: { gadgetId: ref('gadget', { required: true }) },
  output: { gadgetId: ref('gadget', { required: true }) },
  async run({ gadgetId }, work) {
    const { name } = await work.repo(Gadget).lock(gadgetId);
    await work.repo(Gadget).update(gadgetId, { name: `${name}!`.slice(-80) });
    return { gadgetId };
  },
});

/** A module made up for the matrix: it is told nothing of it but that it is there. */
export const gadgets = defineModule({
  name: 'gadgets',
  description: 'Gadgets, to see whether what is new is judged by itself.',
  resources: [Gadget],
  commands: [polishGadget],
});

export const gadgetTables = [
  'create schema gadgets',
  'grant usage on schema gadgets to kontor_app, kontor_relay',
  `create table gadgets.gadgets (
    tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id), id uuid not null, version integer not null default 1,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
    name text not null, owner_id uuid not null, constraint gadgets_pkey primary key (tenant_id, id),
    constraint gadgets_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id))`,
  'alter table gadgets.gadgets enable row level security',
  'alter table gadgets.gadgets force row level security',
  'create policy tenant_wall on gadgets.gadgets using (tenant_id = kernel.current_tenant()) with check (tenant_id = kernel.current_tenant())',
  'grant select, insert, update, delete on gadgets.gadgets to kontor_app',
];
