-- What a business database needs whose ledger is in another one: the place where its transactions stage entries until
-- the relay moves them. The same as in the ledger's own migration, which says why.

create table if not exists "${schema}".audit_outbox (
	id         bigint      not null generated always as identity,
	chain      text        not null,
	entries    text        not null,
	created_at timestamptz not null default clock_timestamp(),
	primary key (chain, id)
) with (
	autovacuum_vacuum_threshold = 1000,
	autovacuum_vacuum_scale_factor = 0,
	autovacuum_vacuum_insert_threshold = -1,
	autovacuum_vacuum_cost_delay = 0
);

revoke all on "${schema}".audit_outbox from public;
