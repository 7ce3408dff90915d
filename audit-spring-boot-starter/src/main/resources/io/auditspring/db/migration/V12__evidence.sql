-- What a function means must not depend on the settings of whoever calls it: a backslash in a text, and how much of an
-- index is read.
do $$
declare
	own record;
begin
	for own in
		select p.oid::regprocedure as name
		from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname = '${schema}' and starts_with(p.proname, 'audit_')
	loop
		execute format('alter function %s set standard_conforming_strings = on', own.name);
		execute format('alter function %s set gin_fuzzy_search_limit = 0', own.name);
	end loop;
end
$$;

-- Checkpoints that nobody trusted signed: who may write checkpoints can write any. What was set aside is kept.
create table "${schema}".audit_checkpoint_aside (
	chain        text        not null,
	size         bigint      not null,
	root         bytea       not null,
	note         text        not null,
	created_at   timestamptz not null,
	reason       text        not null,
	set_aside_at timestamptz not null default clock_timestamp()
);

-- Sets a checkpoint aside, so that the next one goes on from the one before it. For the owner, after a verification has
-- named it; one that is true is missed by every verification from then on, as the tree covers more than is left. Says
-- whether there was one.
create function "${schema}".audit_set_checkpoint_aside(chain text, size bigint, reason text) returns boolean
	language plpgsql
	set search_path = pg_catalog, pg_temp
	set standard_conforming_strings = on
as $$
#variable_conflict use_column
declare
	was_there boolean;
begin
	alter table "${schema}".audit_checkpoint disable trigger audit_checkpoint_append_only;
	with removed as (
		delete from "${schema}".audit_checkpoint c
		where c.chain = $1 and c.size = $2
		returning c.chain, c.size, c.root, c.note, c.created_at
	)
	insert into "${schema}".audit_checkpoint_aside (chain, size, root, note, created_at, reason)
	select chain, size, root, note, created_at, $3 from removed;
	was_there := found;
	alter table "${schema}".audit_checkpoint enable always trigger audit_checkpoint_append_only;
	return was_there;
end
$$;

revoke all on "${schema}".audit_checkpoint_aside from public;
revoke all on function "${schema}".audit_set_checkpoint_aside(text, bigint, text) from public;
