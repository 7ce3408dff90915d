-- What the database itself makes sure of, whoever writes: a chain only grows at its end, with the right links and the
-- present time, and its head moves with it. So a writer needs no right on a chain's row, and no partition of its own.

-- Gives the right to append to a chain until the transaction ends, and begins the chain if there is none. Runs with the
-- owner's rights, as a row lock takes the right to update.
create function "${schema}".audit_lock_chain(chain text)
	returns table (size bigint, head bytea, recorded_at timestamptz)
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	begun uuid;
begin
	select c.size, c.head, c.recorded_at into size, head, recorded_at
	from "${schema}".audit_chain c
	where c.name = $1
	for update;
	if not found then
		begun := gen_random_uuid();
		insert into "${schema}".audit_chain (name, ledger_id, size, head)
		values ($1, begun, 0, sha256(convert_to(concat(e'audit-ledger/v1\n', begun, e'\n', $1), 'UTF8')))
		on conflict do nothing;
		select c.size, c.head, c.recorded_at into strict size, head, recorded_at
		from "${schema}".audit_chain c
		where c.name = $1
		for update;
	end if;
	-- The clock is read when the lock is held: whoever waited for it comes later. Where the clock was set back, time
	-- creeps on, so that entries of different batches still differ in it.
	recorded_at := greatest(clock_timestamp(), recorded_at + interval '1 microsecond');
	perform "${schema}".audit_ensure_partition((recorded_at at time zone 'UTC')::date);
	return next;
end
$$;

-- Takes a batch of entries if it continues its chain, and moves the head to its end. Runs with the owner's rights:
-- nobody else may move a head.
create function "${schema}".audit_take_entries() returns trigger
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	head record;
	batch record;
	fault text;
begin
	select name, size, c.head as hash, recorded_at into head
	from "${schema}".audit_chain c
	where name = (select chain from added limit 1)
	for update;
	if not found then
		if not exists (select from added) then
			return null;
		end if;
		raise exception 'the chain of the entries was not begun; lock it by audit_lock_chain before'
			using errcode = 'object_not_in_prerequisite_state';
	end if;

	-- In the order in which they were written: no sort.
	select count(*) as entries, bool_and(in_chain) as in_chain, bool_and(in_order) as in_order,
		bool_and(linked) as linked, min(recorded_at) as first, max(recorded_at) as last, (array_agg(hash))[count(*)] as hash
		into batch
	from (
		select chain = head.name as in_chain,
			seq = head.size - 1 + row_number() over () as in_order,
			prev_hash = lag(hash, 1, head.hash) over () as linked,
			recorded_at, hash
		from added
	) as entries;

	fault := case
		when not batch.in_chain then 'they belong to several chains'
		when not batch.in_order then 'their seq does not go on from ' || head.size
		when not batch.linked then 'a prev_hash is not the hash of the entry before'
		when batch.first <> batch.last then 'they have several times of recording'
		when batch.first <= head.recorded_at then 'they were recorded before the last entry of the chain'
		when batch.last > greatest(clock_timestamp(), head.recorded_at + interval '1 microsecond')
			then 'they are recorded in the future'
		-- Not of the past either: a chain that was idle would have room for it.
		when batch.first < now() and batch.first <> head.recorded_at + interval '1 microsecond'
			then 'they were recorded before their transaction began'
	end;
	if fault is not null then
		raise exception 'entries cannot be appended to chain "%": %', head.name, fault
			using errcode = 'object_not_in_prerequisite_state';
	end if;

	update "${schema}".audit_chain
	set size = size + batch.entries, head = batch.hash, recorded_at = batch.last
	where name = head.name;
	return null;
end
$$;

create trigger audit_log_take_entries
	after insert on "${schema}".audit_log
	referencing new table as added
	for each statement execute function "${schema}".audit_take_entries();
alter table "${schema}".audit_log enable always trigger audit_log_take_entries;

-- What only the ledger itself says of its own doing. With the rights of whoever inserts, to know who that is.
create function "${schema}".audit_refuse_forged_entries() returns trigger
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	if current_user <> (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid)
		and exists (
			select from added
			where action in ('audit.redaction', 'audit.retirement', 'audit.hold', 'audit.release')
		)
	then
		raise exception 'entries of redactions, retirements and legal holds are written by their functions only'
			using errcode = 'check_violation';
	end if;
	return null;
end
$$;

create trigger audit_log_refuse_forged_entries
	after insert on "${schema}".audit_log
	referencing new table as added
	for each statement execute function "${schema}".audit_refuse_forged_entries();
alter table "${schema}".audit_log enable always trigger audit_log_refuse_forged_entries;

revoke all on function "${schema}".audit_lock_chain(text), "${schema}".audit_take_entries(),
	"${schema}".audit_refuse_forged_entries() from public;
