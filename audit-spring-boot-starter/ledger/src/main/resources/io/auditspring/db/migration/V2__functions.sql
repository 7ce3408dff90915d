-- What the database itself makes sure of, whoever writes: a chain only grows at its end, with the right links and the
-- present time, and its head moves with it. So a writer needs no right on a chain's row, and no partition of its own.
-- What functions are given is looked at before anything is done with it: they run with the owner's rights.

create function "${schema}".audit_refuse_change() returns trigger
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	raise exception 'audit entries cannot be changed: % on %.% is refused', lower(tg_op), tg_table_schema, tg_table_name
		using errcode = 'insufficient_privilege';
end
$$;

-- For each statement, so that it is refused even if it would match no row. "Always", because the triggers of normal
-- kind are skipped under session_replication_role = replica. Updates are checked row by row, by another trigger.
create trigger audit_log_append_only
	before delete or truncate on "${schema}".audit_log
	for each statement execute function "${schema}".audit_refuse_change();
alter table "${schema}".audit_log enable always trigger audit_log_append_only;

create trigger audit_checkpoint_append_only
	before update or delete or truncate on "${schema}".audit_checkpoint
	for each statement execute function "${schema}".audit_refuse_change();
alter table "${schema}".audit_checkpoint enable always trigger audit_checkpoint_append_only;

create trigger audit_cosignature_append_only
	before update or delete or truncate on "${schema}".audit_cosignature
	for each statement execute function "${schema}".audit_refuse_change();
alter table "${schema}".audit_cosignature enable always trigger audit_cosignature_append_only;

create trigger audit_tile_append_only
	before update or delete or truncate on "${schema}".audit_tile
	for each statement execute function "${schema}".audit_refuse_change();
alter table "${schema}".audit_tile enable always trigger audit_tile_append_only;

create trigger audit_archived_append_only
	before update or delete or truncate on "${schema}".audit_archived
	for each statement execute function "${schema}".audit_refuse_change();
alter table "${schema}".audit_archived enable always trigger audit_archived_append_only;

create trigger audit_root_head_append_only
	before update or delete or truncate on "${schema}".audit_root_head
	for each statement execute function "${schema}".audit_refuse_change();
alter table "${schema}".audit_root_head enable always trigger audit_root_head_append_only;

-- A chain's name stands in notes, file names and logs. Runs with the owner's rights to count chains.
create function "${schema}".audit_check_new_chain() returns trigger
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	most bigint;
begin
	if new.name is null or length(new.name) not between 1 and 200 or new.name <> btrim(new.name)
		or new.name collate "C" ~ '[[:cntrl:]]'
	then
		raise exception 'a chain has a name of 1 to 200 characters on one line, without spaces around it, not "%"',
			left(coalesce(new.name, 'null'), 50) using errcode = 'invalid_parameter_value';
	end if;
	-- One at a time, and not by what an older snapshot sees: who begins chains side by side would not be counted.
	update "${schema}".audit_limit l set most = l.most where l.name = 'chains' returning l.most into strict most;
	if (select count(*) from "${schema}".audit_chain where name <> 'root') >= most
		and new.name <> 'root'
		and not exists (select from "${schema}".audit_chain c where c.name = new.name)
	then
		raise exception 'chain "%" cannot be begun: there are % chains already; the owner of the ledger allows more by audit_allow_chains',
			new.name, most using errcode = 'program_limit_exceeded';
	end if;
	return new;
end
$$;

create trigger audit_chain_is_named
	before insert on "${schema}".audit_chain
	for each row execute function "${schema}".audit_check_new_chain();
alter table "${schema}".audit_chain enable always trigger audit_chain_is_named;

-- A chain whose head row is gone must not begin anew: a second entry 0 would spoil it for ever. Putting the row back
-- with its size is allowed. Runs with the owner's rights, so that a writer need not read the log.
create function "${schema}".audit_refuse_second_beginning() returns trigger
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	if new.size = 0
		and exists (select from "${schema}".audit_log where chain = new.name)
		and not exists (select from "${schema}".audit_chain where name = new.name)
	then
		raise exception 'chain "%" has entries, but its row in audit_chain is gone: restore that row', new.name
			using errcode = 'object_not_in_prerequisite_state';
	end if;
	return new;
end
$$;

create trigger audit_chain_begins_once
	before insert on "${schema}".audit_chain
	for each row execute function "${schema}".audit_refuse_second_beginning();
alter table "${schema}".audit_chain enable always trigger audit_chain_begins_once;

-- For the owner: allows more chains, or fewer new ones.
create function "${schema}".audit_allow_chains(most bigint) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	if most is null or most not between 1 and 1000000 then
		raise exception 'audit_allow_chains takes a number from 1 to 1000000, not %', coalesce(most::text, 'null')
			using errcode = 'invalid_parameter_value';
	end if;
	update "${schema}".audit_limit l set most = audit_allow_chains.most where name = 'chains';
end
$$;

-- For the owner: allows larger entries, for applications with a large audit.capture.max-size.
create function "${schema}".audit_allow_entry_size(most bigint) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	if most is null or most not between 1048576 and 1073741824 then
		raise exception 'audit_allow_entry_size takes a number of bytes from 1048576 to 1073741824, not %',
			coalesce(most::text, 'null') using errcode = 'invalid_parameter_value';
	end if;
	update "${schema}".audit_limit l set most = audit_allow_entry_size.most where name = 'entry size';
end
$$;

-- Makes sure that the partition of a month exists (UTC; any day of it). Runs with the owner's rights, so that a
-- writer needs no others than to insert. Attaching takes SHARE UPDATE EXCLUSIVE on the parent: inserts and reads go
-- on, and taking that lock first lets concurrent callers find the partition made by whoever came before.
create function "${schema}".audit_make_partition(month date) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	first_day date := date_trunc('month', month::timestamp)::date;
	part text := 'audit_log_' || to_char(first_day, 'YYYY_MM');
	qualified text := format('%I.%I', '${schema}', part);
	known text := format(
		'select exists (select from pg_inherits where inhrelid = to_regclass(%L) and inhparent = %L::regclass)',
		qualified, '"${schema}".audit_log');
	present boolean;
begin
	-- Names of partitions sort as their months do, which holds for years of four digits.
	if first_day not between date '1970-01-01' and date '9999-12-01' then
		raise exception 'there is no partition for %', first_day using errcode = 'invalid_parameter_value';
	end if;
	execute known into present;
	if present then
		return;
	end if;
	lock table "${schema}".audit_log in share update exclusive mode;
	execute known into present;
	if present then
		return;
	end if;
	execute format('create table %s (like "${schema}".audit_log including all)', qualified);
	-- Statements on a partition itself pass by the parent's triggers.
	execute format(
		'create trigger audit_log_append_only before insert or update or delete or truncate on %s '
		'for each statement execute function "${schema}".audit_refuse_change()', qualified);
	execute format('alter table %s enable always trigger audit_log_append_only', qualified);
	execute format('revoke all on %s from public', qualified);
	execute format('alter table "${schema}".audit_log attach partition %s for values from (%L) to (%L)', qualified,
		first_day || ' 00:00:00+00', (first_day + interval '1 month')::date || ' 00:00:00+00');
end
$$;

-- Makes sure that a month to come has its partition (any day of it): for writers, which shall not leave the ledger a
-- thousand empty ones, nor some before the oldest, which retention would have to take first.
create function "${schema}".audit_ensure_partition(month date) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	this_month date := date_trunc('month', clock_timestamp() at time zone 'UTC')::date;
begin
	if (date_trunc('month', month::timestamp) between this_month and this_month + interval '1 year') is not true then
		raise exception 'partitions are made for this month and the year after it, not for %', coalesce(month::text, 'null')
			using errcode = 'invalid_parameter_value';
	end if;
	perform "${schema}".audit_make_partition(month);
end
$$;

-- Which ledger a chain is of; begins the chain if there is none. Waits for nobody who appends to it.
create function "${schema}".audit_ledger_id(chain text) returns uuid
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	begun uuid := gen_random_uuid();
	found_id uuid;
begin
	select ledger_id into found_id from "${schema}".audit_chain where name = chain;
	if found_id is null then
		insert into "${schema}".audit_chain (name, ledger_id, size, head)
		values (chain, begun, 0, sha256(convert_to(concat(e'audit-ledger/v1\n', begun, e'\n', chain), 'UTF8')))
		on conflict do nothing;
		select ledger_id into strict found_id from "${schema}".audit_chain where name = chain;
	end if;
	return found_id;
end
$$;

-- Gives the right to append to a chain until the transaction ends, and begins the chain if there is none. Runs with the
-- owner's rights, as a row lock takes the right to update.
create function "${schema}".audit_lock_chain(chain text)
	returns table (ledger_id uuid, size bigint, head bytea, recorded_at timestamptz)
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	source text;
begin
	select c.ledger_id, c.size, c.head, c.recorded_at, c.origin into ledger_id, size, head, recorded_at, source
	from "${schema}".audit_chain c
	where c.name = $1
	for update;
	if source is not null then
		raise exception 'chain "%" is received from %: only its source appends to it, so no application here may have audit.chain=%',
			$1, source, $1 using errcode = 'object_not_in_prerequisite_state';
	elsif ledger_id is null then
		perform "${schema}".audit_ledger_id($1);
		select c.ledger_id, c.size, c.head, c.recorded_at into strict ledger_id, size, head, recorded_at
		from "${schema}".audit_chain c
		where c.name = $1
		for update;
	end if;
	-- The clock is read when the lock is held: whoever waited for it comes later. Where the clock was set back, time
	-- creeps on, so that entries of different batches still differ in it.
	recorded_at := greatest(clock_timestamp(), recorded_at + interval '1 microsecond');
	perform "${schema}".audit_make_partition((recorded_at at time zone 'UTC')::date);
	return next;
end
$$;

-- The least id, of UUID version 7, that begins with a time.
create function "${schema}".audit_id_at(moment timestamptz) returns uuid
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	select encode(substring(int8send(floor(extract(epoch from moment) * 1000)::bigint) from 3)
		|| decode('70008000000000000000', 'hex'), 'hex')::uuid
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
	most bigint;
	bytes bigint;
	source record;
	yesterday uuid := "${schema}".audit_id_at(now() - interval '1 day');
	tomorrow uuid := "${schema}".audit_id_at(now() + interval '1 day');
	twin record;
	fault text;
begin
	select name, size, c.head as hash, recorded_at, closed_at, origin into head
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
	if head.closed_at is not null then
		raise exception 'chain "%" is closed', head.name
			using errcode = 'object_not_in_prerequisite_state';
	end if;
	if head.name = 'root'
		and exists (select from added where action not in ('audit.root', 'audit.retirement', 'audit.archive'))
	then
		raise exception 'the chain "root" is the ledger''s own: it says where the others end'
			using errcode = 'object_not_in_prerequisite_state';
	end if;

	-- In the order in which they were written: no sort.
	select count(*) as entries, bool_and(in_chain) as in_chain, bool_and(in_order) as in_order,
		bool_and(linked) as linked, min(recorded_at) as first, max(recorded_at) as last, (array_agg(hash))[count(*)] as hash,
		max(text_bytes) as text_bytes, max(json_bytes) as json_bytes,
		bool_and(id between yesterday and tomorrow) as of_today
		into batch
	from (
		select chain = head.name as in_chain,
			seq = head.size - 1 + row_number() over () as in_order,
			prev_hash = lag(hash, 1, head.hash) over () as linked,
			recorded_at, hash, id,
			coalesce(octet_length(actor_name), 0) + coalesce(octet_length(impersonator_id), 0)
				+ coalesce(octet_length(target_name), 0) + coalesce(octet_length(message), 0)
				+ coalesce(octet_length(justification), 0) + coalesce(octet_length(error), 0)
				+ coalesce(octet_length(user_agent), 0) + coalesce(octet_length(device_fingerprint), 0) as text_bytes,
			coalesce(pg_column_size(related), 0) + coalesce(pg_column_size(before_state), 0)
				+ coalesce(pg_column_size(after_state), 0) + coalesce(pg_column_size(changes), 0)
				+ coalesce(pg_column_size(metadata), 0) + coalesce(pg_column_size(geolocation), 0) as json_bytes
		from added
	) as entries;

	fault := case
		when not batch.in_chain then 'they belong to several chains'
		when not batch.in_order then 'their seq does not go on from ' || head.size
		when not batch.linked then 'a prev_hash is not the hash of the entry before'
		when head.origin is not null then null
		when batch.first <> batch.last then 'they have several times of recording'
		when batch.first <= head.recorded_at then 'they were recorded before the last entry of the chain'
		when batch.last > greatest(clock_timestamp(), head.recorded_at + interval '1 microsecond')
			then 'they are recorded in the future'
		-- Not of the past either: a chain that was idle would have room for it.
		when batch.first < now() and batch.first is distinct from head.recorded_at + interval '1 microsecond'
			then 'they were recorded before their transaction began'
	end;
	-- What is received was recorded by its source, at several times, and long ago if it was away.
	if head.origin is not null and fault is null then
		select r.tenant, r.parked_at is not null as parked into source
		from "${schema}".audit_received r
		where r.chain = head.name;
		fault := case
			when source.parked is distinct from false then 'it is parked'
			when exists (
				select from (
					select recorded_at < lag(recorded_at, 1, head.recorded_at) over () as back from added
				) as times
				where back
			) then 'their times of recording go back'
			when batch.last > clock_timestamp() then 'they are recorded in the future'
			when source.tenant is not null and exists (select from added where tenant <> source.tenant)
				then 'they are not all of tenant "' || source.tenant || '"'
			when exists (
				select from added where action = 'audit.chain.closed' and seq < head.size + batch.entries - 1
			) then 'they go on behind the entry that closes it'
		end;
	end if;
	if fault is not null then
		raise exception 'entries cannot be appended to chain "%": %', head.name, fault
			using errcode = 'object_not_in_prerequisite_state';
	end if;

	-- What cannot be held in memory can neither be shown nor verified, and it would stay for ever. The texts of indexed
	-- columns are short. What came out of a table may be compressed, to a 255th at best: then it is measured as text.
	select l.most into strict most from "${schema}".audit_limit l where l.name = 'entry size';
	bytes := batch.text_bytes;
	if batch.json_bytes > most / 256 then
		select greatest(bytes, max(octet_length(concat(actor_name, impersonator_id, target_name, message, justification,
			error, user_agent, device_fingerprint, related, before_state, after_state, changes, metadata, geolocation))))
		into bytes
		from added;
	end if;
	if bytes > most then
		raise exception 'an entry of % bytes cannot be appended to chain "%": the most is %; the owner of the ledger allows more by audit_allow_entry_size',
			bytes, head.name, most using errcode = 'program_limit_exceeded';
	end if;

	-- Of two with one id a reader may see one only. An id begins with its time, so an entry that has it already was
	-- recorded about then. Without an offset the planner might read the whole month.
	select a.chain, a.seq, a.id into twin
	from added a
	where exists (
		select
		from "${schema}".audit_log l
		where l.id = a.id and l.recorded_at >= case when batch.of_today then now() - interval '2 days' else '-infinity' end
		and (l.seq <> a.seq or l.chain <> a.chain)
		-- What goes on under another name may repeat what is known under the one before.
		and (head.origin is null or l.chain = a.chain or split_part(l.chain, '@', 1) <> split_part(a.chain, '@', 1))
		offset 0
	)
	limit 1;
	if found then
		raise exception 'entry % cannot be appended to chain "%": there is an entry % already', twin.seq, twin.chain, twin.id
			using errcode = 'unique_violation';
	end if;

	update "${schema}".audit_chain
	set size = size + batch.entries, head = batch.hash, recorded_at = batch.last
	where name = head.name;
	if head.origin is not null and exists (select from added where action = 'audit.chain.closed') then
		update "${schema}".audit_chain set closed_at = batch.last where name = head.name;
	end if;
	return null;
end
$$;

create trigger audit_log_take_entries
	after insert on "${schema}".audit_log
	referencing new table as added
	for each statement execute function "${schema}".audit_take_entries();
alter table "${schema}".audit_log enable always trigger audit_log_take_entries;

-- What only the ledger itself says, of its own doing: control entries. That somebody read it or had to discard entries is
-- what applications say. Everybody may ask, as whoever inserts must.
create function "${schema}".audit_is_control(action text) returns boolean
	language sql
	immutable
	set search_path = pg_catalog, pg_temp
as $$
	select starts_with(action, 'audit.') and action not in ('audit.read', 'audit.discarded')
$$;

-- With the rights of whoever inserts, to know who that is. Few actions begin like that, and calls are not for nothing.
create function "${schema}".audit_refuse_forged_entries() returns trigger
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	if current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
		return null;
	end if;
	-- Of several chains none are taken.
	if "${schema}".audit_is_received((select chain from added limit 1)) then
		if not exists (
			select from pg_roles where rolname = 'audit_receiver' and pg_has_role(current_user, oid, 'usage')
		) then
			raise exception 'to a chain that is received only the role audit_receiver appends'
				using errcode = 'insufficient_privilege';
		end if;
		return null;
	end if;
	if exists (
		select from added
		where starts_with(action, 'audit.') and "${schema}".audit_is_control(action)
	) then
		raise exception 'control entries, whose actions begin with "audit.", are written by their functions only'
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

-- The hash of an entry with the digests of its groups, as the format says. PostgreSQL escapes strings as RFC 8785 does.
create function "${schema}".audit_entry_hash(entry "${schema}".audit_log, actor bytea, data bytea) returns bytea
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	select sha256('\x00'::bytea || convert_to(concat(
		'{"action":', to_json(entry.action),
		',"actor":"', encode(actor, 'hex'),
		'","actorType":', to_json(entry.actor_type),
		',"category":' || to_json(entry.category),
		',"chain":', to_json(entry.chain),
		',"data":"', encode(data, 'hex'), '"',
		',"durationMicros":' || entry.duration_micros,
		',"id":"', entry.id,
		'","occurredAt":"', to_char(entry.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
		'","operation":"', entry.operation_id,
		'","outcome":', to_json(entry.outcome),
		',"prev":"', encode(entry.prev_hash, 'hex'),
		'","recordedAt":"', to_char(entry.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '"',
		',"revision":' || entry.revision,
		',"seq":', entry.seq,
		',"service":' || to_json(entry.service),
		',"severity":', to_json(entry.severity),
		',"targetId":' || to_json(entry.target_id),
		',"targetType":' || to_json(entry.target_type),
		',"tenant":' || to_json(entry.tenant),
		',"traceId":' || to_json(entry.trace_id),
		',"v":', entry.hash_version, '}'), 'UTF8'))
$$;

-- What the ledger says of its own doing stays for ever: who did it is an object, and reasons are texts that people wrote.
create function "${schema}".audit_check_own(action text, metadata jsonb, requested_by jsonb) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	given text;
begin
	if jsonb_typeof(requested_by) is distinct from 'object' or requested_by ->> 'actorType' is null or requested_by ->> 'operation' is null
		or jsonb_typeof(requested_by -> 'actor') is distinct from 'object' or length(requested_by::text) > 20000
	then
		raise exception '% takes who does it as an object of actorType, operation and actor', action
			using errcode = 'invalid_parameter_value';
	end if;
	if action in ('audit.redaction', 'audit.hold', 'audit.release', 'audit.chain.closed', 'audit.chain.parked',
		'audit.chain.unparked', 'audit.chain.gone', 'audit.chain.continued')
	then
		given := metadata ->> 'reason';
		if given is null or btrim(given) = '' or length(given) > 10000 then
			raise exception '% takes a reason of 1 to 10000 characters', action
				using errcode = 'invalid_parameter_value';
		end if;
	end if;
end
$$;

-- Makes an entry of the ledger's own doing, for a place in a chain. Its metadata is an object of strings and whole
-- numbers; who does it comes as staged entries do. The salt is made of random UUIDs: 122 random bits to a group.
create function "${schema}".audit_own_entry(chain text, seq bigint, prev_hash bytea, recorded_at timestamptz, action text,
		target_type text, target_id text, metadata jsonb, requested_by jsonb) returns "${schema}".audit_log
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	entry "${schema}".audit_log;
	actor jsonb := requested_by -> 'actor';
	said text := requested_by #>> array['data', 'metadata', 'sentences', action];
begin
	entry.chain := chain;
	entry.seq := seq;
	entry.prev_hash := prev_hash;
	entry.recorded_at := recorded_at;
	-- A UUID of version 7: random, but for the milliseconds at its beginning and the version.
	entry.id := encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing substring(
		int8send(floor(extract(epoch from entry.recorded_at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
		'hex')::uuid;
	entry.occurred_at := entry.recorded_at;
	entry.service := requested_by ->> 'service';
	entry.tenant := requested_by ->> 'tenant';
	entry.operation_id := (requested_by ->> 'operation')::uuid;
	entry.action := action;
	entry.category := 'audit';
	-- That a chain has grown is nothing to look at.
	entry.severity := case action when 'audit.root' then 'info' else 'warning' end;
	entry.outcome := 'success';
	entry.target_type := target_type;
	entry.target_id := target_id;
	entry.trace_id := requested_by ->> 'traceId';
	entry.actor_type := requested_by ->> 'actorType';
	entry.actor_id := actor ->> 'id';
	entry.actor_name := actor ->> 'name';
	entry.impersonator_id := actor ->> 'impersonator';
	entry.ip_address := (actor ->> 'ip')::inet;
	entry.user_agent := actor ->> 'userAgent';
	entry.session_id := actor ->> 'session';
	entry.device_fingerprint := actor ->> 'device';
	-- In the ledger's language where whoever asks says it, on one line.
	entry.message := case
		when said ~ '[^[:space:]]' and length(said) <= 1000 and said !~ '[[:cntrl:]]' then said
		when action = 'audit.redaction' then 'Data of an entry was erased'
		when action = 'audit.retirement' then 'The entries of a month were retired'
		when action = 'audit.archive' then 'Entries were written to the archive'
		when action = 'audit.hold' then 'A legal hold was placed'
		when action = 'audit.release' then 'A legal hold was released'
		when action = 'audit.chain.closed' then 'A chain was closed'
		when action = 'audit.root' then 'It was recorded where all chains end'
		when action = 'audit.chain.received' then 'A chain of another ledger was registered'
		when action = 'audit.chain.key' then 'A key of a chain of another ledger was registered'
		when action = 'audit.chain.parked' then 'A chain of another ledger was parked'
		when action = 'audit.chain.unparked' then 'A chain of another ledger is received again'
		when action = 'audit.redaction.asked' then 'The source of a chain was asked to erase data of an entry'
		when action = 'audit.chain.continued' then 'A chain goes on under another name'
		when action = 'audit.chain.gone' then 'The source of a chain was declared gone'
		else action
	end;
	entry.metadata := metadata;
	entry.hash_version := 1;
	entry.salt := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
	entry.hash := "${schema}".audit_entry_hash(entry,
		sha256(substring(entry.salt for 16) || convert_to((
			select concat('{', string_agg(concat('"', name, '":', to_json(value)), ',' order by name collate "C"), '}')
			from (values ('device', entry.device_fingerprint), ('id', entry.actor_id),
				('impersonator', entry.impersonator_id), ('ip', encode(substring(inet_send(entry.ip_address) from 5), 'hex')),
				('name', entry.actor_name), ('session', entry.session_id), ('userAgent', entry.user_agent)
			) as members (name, value)
			where value is not null
		), 'UTF8')),
		sha256(substring(entry.salt from 17) || convert_to(concat('{"message":', to_json(entry.message), ',"metadata":', (
			select concat('{', string_agg(concat(to_json(key), ':', value), ',' order by key collate "C"), '}')
			from jsonb_each(metadata)
		), '}'), 'UTF8')));
	return entry;
end
$$;

-- Appends an entry of the ledger's own doing. What is done to a chain that is received is recorded in the chain "local":
-- to the other only its source appends.
create function "${schema}".audit_append_own(chain text, action text, target_type text, target_id text, metadata jsonb,
		requested_by jsonb) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	perform "${schema}".audit_check_own(action, metadata, requested_by);
	if "${schema}".audit_is_received(chain) then
		chain := 'local';
	end if;
	insert into "${schema}".audit_log
	select entry.*
	from "${schema}".audit_lock_chain(chain) as head
		cross join lateral "${schema}".audit_own_entry(chain, head.size, head.head, head.recorded_at, action, target_type,
			target_id, metadata, requested_by) as entry;
end
$$;

-- Whether a hold concerns an entry: as its actor, its impersonator, its target, or a further thing it names.
create function "${schema}".audit_is_held(entry "${schema}".audit_log) returns boolean
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select from "${schema}".audit_legal_hold hold
		where hold.actor_id in (entry.actor_id, entry.impersonator_id)
		or (hold.target_type = entry.target_type and hold.target_id = entry.target_id)
		or entry.related @> jsonb_build_array(jsonb_build_object('type', hold.target_type, 'id', hold.target_id))
	)
$$;

-- Whether a hold concerns an entry of a month: as audit_is_held says it of one entry, but by the indexes where there are
-- any, as a call for each entry takes minutes for ten million.
create function "${schema}".audit_month_is_held(month date) returns boolean
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	with entry as not materialized (
		select l.actor_id, l.impersonator_id, l.target_type, l.target_id, l.related
		from "${schema}".audit_log l
		where l.recorded_at >= date_trunc('month', month::timestamp) at time zone 'UTC'
		and l.recorded_at < (date_trunc('month', month::timestamp) + interval '1 month') at time zone 'UTC'
	)
	select exists (select from "${schema}".audit_legal_hold) and (
		exists (select from "${schema}".audit_legal_hold hold join entry on entry.actor_id = hold.actor_id)
		or exists (select from "${schema}".audit_legal_hold hold join entry on entry.impersonator_id = hold.actor_id)
		or exists (
			select from "${schema}".audit_legal_hold hold join entry
			on entry.target_type = hold.target_type and entry.target_id = hold.target_id
		)
		or exists (
			select from "${schema}".audit_legal_hold hold join entry
			on entry.related @> jsonb_build_array(jsonb_build_object('type', hold.target_type, 'id', hold.target_id))
			where entry.related is not null
		)
	)
$$;

-- Erases a group of entries of one chain, and records each erasure in that chain. Each of the entries comes with the
-- digests of its groups, which must yield its hash: what is stored in the place of the erased columns is true.
-- Says of each entry what became of it: erased, or why it is left as it was.
create function "${schema}".audit_redact(chain text, entries jsonb, redacted text, reason text, requested_by jsonb)
	returns table (id uuid, result text)
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	wanted record;
	entry "${schema}".audit_log;
	actor bytea;
	data bytea;
	erased "${schema}".audit_log[] := '{}';
	digests bytea[] := '{}';
	head record;
	own "${schema}".audit_log;
	recorded "${schema}".audit_log[] := '{}';
	recorded_in text := chain;
	none constant bytea := decode(repeat('00', 16), 'hex');
begin
	if redacted not in ('actor', 'data') or redacted is null or reason is null then
		raise exception 'a redaction takes the group "actor" or "data", and a reason'
			using errcode = 'invalid_parameter_value';
	end if;
	if "${schema}".audit_is_received(chain) then
		if not exists (select from "${schema}".audit_received r where r.chain = $1 and r.gone_at is not null) then
			-- Its source erases; only where that is gone for good is it done here.
			return query
			select asked.id, asked.result
			from "${schema}".audit_ask_redaction(chain, entries, redacted, reason, requested_by) as asked;
			return;
		end if;
		recorded_in := 'local';
	end if;
	-- Whoever is placing a hold is waited for, and waits: what is held when this ends was not erased.
	lock table "${schema}".audit_legal_hold in share mode;
	-- Redactions of a chain take turns: nobody else changes its entries.
	perform from "${schema}".audit_chain c where c.name = $1 for update;
	for wanted in
		select distinct on (e.seq, e.id) e.seq, e.id, decode(e.actor, 'hex') as actor, decode(e.data, 'hex') as data
		from jsonb_to_recordset(entries) as e (seq bigint, id uuid, actor text, data text)
		order by e.seq, e.id
	loop
		select l.* into entry
		from "${schema}".audit_log l
		where l.chain = $1 and l.seq = wanted.seq and l.id = wanted.id;
		id := wanted.id;
		actor := coalesce(entry.actor_digest, wanted.actor);
		data := coalesce(entry.data_digest, wanted.data);
		result := case
			when entry.seq is null then 'missing'
			when (redacted = 'actor' and entry.actor_digest is not null)
				or (redacted = 'data' and entry.data_digest is not null) then 'redacted'
			when redacted = 'data' and "${schema}".audit_is_control(entry.action) then 'kept'
			when "${schema}".audit_is_held(entry) then 'held'
			when actor is null or data is null
				or "${schema}".audit_entry_hash(entry, actor, data) <> entry.hash then 'altered'
			else 'erased'
		end;
		if result = 'erased' then
			erased := array_append(erased, entry);
			digests := array_append(digests, case redacted when 'actor' then actor else data end);
		end if;
		return next;
	end loop;
	if cardinality(erased) = 0 then
		return;
	end if;

	-- What is recorded of them is one batch: the head of the chain moves once.
	perform "${schema}".audit_check_own('audit.redaction', jsonb_build_object('reason', reason), requested_by);
	select * into strict head from "${schema}".audit_lock_chain(recorded_in);
	foreach entry in array erased loop
		own := "${schema}".audit_own_entry(recorded_in, head.size, head.head, head.recorded_at, 'audit.redaction', 'AuditEntry',
			entry.id::text,
			jsonb_build_object('chain', $1, 'seq', entry.seq, 'id', entry.id, 'group', redacted, 'reason', reason),
			requested_by);
		head.size := head.size + 1;
		head.head := own.hash;
		recorded := array_append(recorded, own);
	end loop;
	insert into "${schema}".audit_log select (one).* from unnest(recorded) as one;
	if redacted = 'actor' then
		update "${schema}".audit_log l
		set actor_id = null, actor_name = null, impersonator_id = null, ip_address = null, user_agent = null,
			session_id = null, device_fingerprint = null, geolocation = null,
			salt = none || substring(l.salt from 17), actor_digest = e.digest
		from unnest(erased) with ordinality as entry, unnest(digests) with ordinality as e (digest, place)
		where l.chain = $1 and l.seq = entry.seq and l.recorded_at = entry.recorded_at and entry.ordinality = e.place;
	else
		update "${schema}".audit_log l
		set target_name = null, message = null, justification = null, error = null, before_state = null,
			after_state = null, changes = null, metadata = null, related = null,
			salt = substring(l.salt for 16) || none, data_digest = e.digest
		from unnest(erased) with ordinality as entry, unnest(digests) with ordinality as e (digest, place)
		where l.chain = $1 and l.seq = entry.seq and l.recorded_at = entry.recorded_at and entry.ordinality = e.place;
	end if;
end
$$;

-- Lets only a redaction through: of one group, with nothing else changed, by the owner's functions, and recorded before.
create function "${schema}".audit_check_redaction() returns trigger
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	none constant bytea := decode(repeat('00', 16), 'hex');
	redacted text;
	columns text[];
	salt bytea;
begin
	if old.actor_digest is null and new.actor_digest is not null then
		redacted := 'actor';
		columns := array['actor_id', 'actor_name', 'impersonator_id', 'ip_address', 'user_agent', 'session_id',
			'device_fingerprint', 'geolocation', 'salt', 'actor_digest'];
		salt := none || substring(old.salt from 17);
	elsif old.data_digest is null and new.data_digest is not null then
		redacted := 'data';
		columns := array['target_name', 'message', 'justification', 'error', 'before_state', 'after_state', 'changes',
			'metadata', 'related', 'salt', 'data_digest'];
		salt := substring(old.salt for 16) || none;
	end if;
	if redacted is not null
		and current_user = (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid)
		and new.salt = salt
		and to_jsonb(new) - columns = to_jsonb(old) - columns
		-- Without an offset the planner might look through all redactions for each.
		and exists (
			select from (
				select l.chain, l.action, l.target_type, l.metadata
				from "${schema}".audit_log l
				where l.target_id = old.id::text and l.recorded_at >= old.recorded_at
				offset 0
			) as recorded
			where recorded.target_type = 'AuditEntry'
			and recorded.action = 'audit.redaction'
			and (recorded.chain = old.chain
				or (recorded.chain = 'local' and "${schema}".audit_is_received(old.chain)))
			and recorded.metadata @> jsonb_build_object('chain', old.chain, 'seq', old.seq, 'id', old.id, 'group', redacted)
		)
	then
		return new;
	end if;
	raise exception 'audit entries cannot be changed: update on %.% is refused', tg_table_schema, tg_table_name
		using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_log_only_redacted
	before update on "${schema}".audit_log
	for each row execute function "${schema}".audit_check_redaction();
alter table "${schema}".audit_log enable always trigger audit_log_only_redacted;

-- Places a hold on an actor or a target, and records it in a chain.
create function "${schema}".audit_hold(chain text, actor text, type text, target text, reason text, requested_by jsonb)
	returns bigint
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	hold bigint;
begin
	insert into "${schema}".audit_legal_hold (actor_id, target_type, target_id, reason)
	values (actor, type, target, reason)
	returning id into hold;
	perform "${schema}".audit_append_own(chain, 'audit.hold', type, target,
		jsonb_strip_nulls(jsonb_build_object('hold', hold, 'actor', actor, 'reason', reason)), requested_by);
	return hold;
end
$$;

-- Lifts a hold, and records it. Says whether there was one.
create function "${schema}".audit_release(chain text, hold bigint, reason text, requested_by jsonb) returns boolean
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	lifted "${schema}".audit_legal_hold;
begin
	if exists (select from "${schema}".audit_legal_hold k where k.id = hold and k.centre_hold is not null) then
		raise exception 'hold % was placed by the centre, and is lifted there', hold
			using errcode = 'object_not_in_prerequisite_state';
	end if;
	delete from "${schema}".audit_legal_hold where id = hold returning * into lifted;
	if not found then
		return false;
	end if;
	perform "${schema}".audit_append_own(chain, 'audit.release', lifted.target_type, lifted.target_id,
		jsonb_strip_nulls(jsonb_build_object('hold', hold, 'actor', lifted.actor_id, 'reason', reason)), requested_by);
	return true;
end
$$;

-- Retires the oldest month: appends to each chain that has entries in it what they were, and takes its partition out of
-- the ledger. What the caller has verified comes as one object a chain; all that the database can tell itself is
-- compared. Detaching waits for the readers of the log and makes everybody else wait behind it, so it gives up soon.
create function "${schema}".audit_retire(month date, drops boolean, retirements jsonb, requested_by jsonb) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '300ms'
as $$
declare
	part text := to_char(month, '"audit_log_"YYYY_MM');
	found_in_part jsonb;
	retirement jsonb;
begin
	month := date_trunc('month', month::timestamp)::date;
	if part is distinct from (
		select min(relname)
		from pg_inherits join pg_class on pg_class.oid = inhrelid
		where inhparent = '"${schema}".audit_log'::regclass
	) then
		raise exception '% is not the oldest partition', part using errcode = 'object_not_in_prerequisite_state';
	end if;
	if month + interval '1 month' > date_trunc('month', clock_timestamp() at time zone 'UTC') then
		raise exception '% is not over yet', part using errcode = 'object_not_in_prerequisite_state';
	end if;
	-- Nothing comes to the month, nor does a hold, from here on: not from transactions either that are still open.
	lock table "${schema}".audit_legal_hold in share mode;
	execute format('lock table "${schema}".%I in share mode', part);

	execute format($sql$
		select coalesce(jsonb_agg(jsonb_build_object('chain', chain, 'partition', %1$L, 'firstSeq', first_seq,
			'lastSeq', last_seq, 'firstPrevHash', first_prev, 'lastHash', last_hash, 'entries', entries,
			'action', %2$L) order by chain collate "C"), '[]')
		from (
			select chain, first_seq, last_seq, entries,
				(select encode(prev_hash, 'hex') from "${schema}".%3$I where chain = c.chain and seq = first_seq) as first_prev,
				(select encode(hash, 'hex') from "${schema}".%3$I where chain = c.chain and seq = last_seq) as last_hash
			from (
				select chain, min(seq) as first_seq, max(seq) as last_seq, count(*) as entries
				from "${schema}".%3$I
				group by chain
			) as c
		) as chains
		$sql$, part, case when drops then 'drop' else 'detach' end, part) into found_in_part;
	if found_in_part is distinct from (
		select coalesce(jsonb_agg(given - array['root', 'signature'] order by given ->> 'chain' collate "C"), '[]')
		from jsonb_array_elements(retirements) as given
	) then
		raise exception 'what is to be retired is not what % holds: %', part, found_in_part
			using errcode = 'object_not_in_prerequisite_state';
	end if;
	if "${schema}".audit_month_is_held(month) then
		raise exception 'a legal hold keeps %', part using errcode = 'object_in_use';
	end if;

	-- As it was found here: numbers that are equal can be written in several ways, only one of which is hashed.
	for retirement in
		select held || jsonb_strip_nulls(jsonb_build_object('root', given ->> 'root', 'signature', given ->> 'signature'))
		from jsonb_array_elements(found_in_part) as held
		join jsonb_array_elements(retirements) as given on given ->> 'chain' = held ->> 'chain'
		order by held ->> 'chain' collate "C"
	loop
		perform "${schema}".audit_append_own(retirement ->> 'chain', 'audit.retirement', 'AuditPartition', part,
			retirement, requested_by);
	end loop;
	execute format('alter table "${schema}".audit_log detach partition "${schema}".%I', part);
	if drops then
		execute format('drop table "${schema}".%I', part);
	end if;
end
$$;

-- Records that a range of a chain is in the archive, after it was read back and verified: for the first time, or written
-- anew because something of it was erased. Says whether that was not recorded yet.
create function "${schema}".audit_archive(chain text, first_seq bigint, last_seq bigint, generation integer, manifest text,
		first_recorded_at timestamptz, last_recorded_at timestamptz, requested_by jsonb) returns boolean
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	named alias for $1;
	before "${schema}".audit_archived;
begin
	-- Nobody else records anything of the chain until this is done.
	perform from "${schema}".audit_chain c where c.name = named and c.origin is not null for update;
	if found then
		perform "${schema}".audit_lock_chain('local');
	else
		perform "${schema}".audit_lock_chain(named);
	end if;
	if last_seq >= (select c.size from "${schema}".audit_chain c where c.name = named) then
		raise exception 'chain "%" has no entry % that could be archived', named, last_seq
			using errcode = 'invalid_parameter_value';
	end if;
	select * into before
	from "${schema}".audit_archived a
	where a.chain = named and a.first_seq = $2
	order by a.generation desc
	limit 1;
	if before.generation = $4 and before.last_seq = $3 and before.manifest = $5 then
		return false;
	end if;
	if $4 is distinct from coalesce(before.generation, 0) + 1 or before.last_seq <> $3 or (before is null and exists (
		select from "${schema}".audit_archived a where a.chain = named and a.first_seq <= $3 and a.last_seq >= $2
	)) then
		raise exception 'generation % of entries % to % of chain "%" is not the next that can be archived', $4, $2, $3, named
			using errcode = 'object_not_in_prerequisite_state';
	end if;
	insert into "${schema}".audit_archived
	values (named, $2, $3, $4, $5, $6, $7);
	perform "${schema}".audit_append_own(named, 'audit.archive', 'AuditArchive', concat($2, '-', $3),
		jsonb_strip_nulls(jsonb_build_object('chain', named, 'firstSeq', $2, 'lastSeq', $3, 'generation', $4,
		'manifest', $5, 'supersedes', before.manifest)), $8);
	return true;
end
$$;

-- Records that a group of entries is erased that are in the archive only, and the generation without it. What the archive
-- holds of each comes along, so that a hold on it is seen; whoever gives it has read it there.
create function "${schema}".audit_redact_archived(chain text, first_seq bigint, last_seq bigint, generation integer,
		manifest text, first_recorded_at timestamptz, last_recorded_at timestamptz, entries jsonb, redacted text, reason text,
		requested_by jsonb) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	erased "${schema}".audit_log;
begin
	if redacted not in ('actor', 'data') or redacted is null or reason is null or $4 is null or $4 < 2 then
		raise exception 'a redaction takes the group "actor" or "data", a reason, and the generation without it'
			using errcode = 'invalid_parameter_value';
	end if;
	lock table "${schema}".audit_legal_hold in share mode;
	for erased in
		select e.* from jsonb_populate_recordset(null::"${schema}".audit_log, entries) as e order by e.seq
	loop
		if erased.seq is null or erased.id is null or not erased.seq between $2 and $3
			or exists (select from "${schema}".audit_log l where l.chain = $1 and l.seq = erased.seq)
			or (redacted = 'data' and "${schema}".audit_is_control(erased.action))
		then
			raise exception 'entry % of chain "%" is none that can be redacted in the archive', erased.seq, $1
				using errcode = 'invalid_parameter_value';
		end if;
		if "${schema}".audit_is_held(erased) then
			raise exception 'a legal hold keeps entry % of chain "%"', erased.seq, $1 using errcode = 'object_in_use';
		end if;
		perform "${schema}".audit_append_own($1, 'audit.redaction', 'AuditEntry', erased.id::text,
			jsonb_build_object('chain', $1, 'seq', erased.seq, 'id', erased.id, 'group', redacted, 'reason', reason), $11);
	end loop;
	perform "${schema}".audit_archive($1, $2, $3, $4, $5, $6, $7, $11);
end
$$;

-- Upkeep is due again within a day, whoever does it.
create function "${schema}".audit_check_upkeep() returns trigger
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	if not isfinite(new.due_at) or new.due_at > clock_timestamp() + interval '1 day' then
		raise exception 'the upkeep of the ledger is due within a day, not at %', new.due_at
			using errcode = 'invalid_parameter_value';
	end if;
	return new;
end
$$;

create trigger audit_upkeep_is_due_soon
	before insert or update on "${schema}".audit_upkeep
	for each row execute function "${schema}".audit_check_upkeep();
alter table "${schema}".audit_upkeep enable always trigger audit_upkeep_is_due_soon;

-- Sets a checkpoint aside, so that the next one goes on from the one before it. For the owner, after a verification has
-- named it; one that is true is missed by every verification from then on, as the tree covers more than is left. Says
-- whether there was one.
create function "${schema}".audit_set_checkpoint_aside(chain text, size bigint, reason text) returns boolean
	language plpgsql
	set search_path = pg_catalog, pg_temp
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

-- Checkpoints, and the tree below them, are looked at by the database as entries are: what a writer may insert is what
-- the entries say. Who signed a checkpoint the database cannot tell; everything else it can.

-- The root over hashes (RFC 6962, section 2.1): a last one without a neighbour goes up as it is.
create function "${schema}".audit_subtree_root(hashes bytea) returns bytea
	language plpgsql
	immutable
	set search_path = pg_catalog, pg_temp
as $$
declare
	level bytea := hashes;
begin
	while octet_length(level) > 32 loop
		level := (
			select string_agg(case when octet_length(level) >= 64 * i + 64
				then sha256('\x01'::bytea || substring(level from 64 * i + 1 for 64))
				else substring(level from 64 * i + 1) end, ''::bytea order by i)
			from generate_series(0, (octet_length(level) - 1) / 64) as i
		);
	end loop;
	return level;
end
$$;

-- The root of a tree: of each level the hashes that do not fill a tile, those of entries first. The right side is the
-- smallest subtree.
create function "${schema}".audit_tree_root(edges bytea[]) returns bytea
	language plpgsql
	immutable
	set search_path = pg_catalog, pg_temp
as $$
declare
	edge bytea;
	subtree bytea;
	root bytea;
	hashes integer;
	last integer;
begin
	foreach edge in array edges loop
		hashes := octet_length(edge) / 32;
		last := hashes;
		for power in 0..7 loop
			if (hashes >> power) & 1 = 1 then
				last := last - (1 << power);
				subtree := "${schema}".audit_subtree_root(substring(edge from 32 * last + 1 for 32 << power));
				root := case when root is null then subtree else sha256(decode('01', 'hex') || subtree || root) end;
			end if;
		end loop;
	end loop;
	return root;
end
$$;

-- Hashes of a level of the tree as what is below says them: the entries, or full tiles. Fewer where something is
-- missing.
create function "${schema}".audit_hashes_below(chain text, level integer, first bigint, next bigint) returns bytea
	language plpgsql
	stable
	set search_path = pg_catalog, pg_temp
as $$
declare
	hashes bytea;
begin
	if first < next and level = 0 then
		select string_agg(l.hash, ''::bytea order by l.seq) into hashes
		from "${schema}".audit_log l
		where l.chain = $1 and l.seq >= first and l.seq < next;
	elsif first < next then
		select string_agg("${schema}".audit_subtree_root(t.hashes), ''::bytea order by t.index) into hashes
		from "${schema}".audit_tile t
		where t.chain = $1 and t.level = $2 - 1 and t.index >= first and t.index < next;
	end if;
	return coalesce(hashes, ''::bytea);
end
$$;

-- The first hashes of a tile. What the tree has of them already is taken from there: entries may have been retired.
create function "${schema}".audit_tile_begins(chain text, level integer, index bigint, hashes integer) returns bytea
	language plpgsql
	stable
	set search_path = pg_catalog, pg_temp
as $$
declare
	tree record;
	first bigint := index << 8;
	known bigint;
begin
	select t.size, t.edges into tree from "${schema}".audit_tree t where t.chain = $1;
	known := greatest(coalesce(tree.size >> (8 * level), 0), first);
	return case when known > first then coalesce(tree.edges[level + 1], ''::bytea) else ''::bytea end
		|| "${schema}".audit_hashes_below($1, level, known, first + hashes);
end
$$;

-- Takes a tile if it is full, the next one, and what the entries or the tiles below say. One that is there already is
-- for the key to refuse.
create function "${schema}".audit_check_tile() returns trigger
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	entries bigint;
	fault text;
begin
	perform from "${schema}".audit_tree t where t.chain = new.chain for update;
	if exists (
		select from "${schema}".audit_tile t where t.chain = new.chain and t.level = new.level and t.index = new.index
	) then
		return new;
	end if;
	select c.size into entries from "${schema}".audit_chain c where c.name = new.chain;
	fault := case
		when (new.level between 0 and 6 and new.index >= 0 and new.index < entries >> (8 * (new.level + 1))) is not true
			then 'the chain has ' || coalesce(entries, 0) || ' entries'
		when new.index > 0 and not exists (
			select from "${schema}".audit_tile t
			where t.chain = new.chain and t.level = new.level and t.index = new.index - 1
		) then 'the one before it is missing'
		when new.hashes is distinct from "${schema}".audit_tile_begins(new.chain, new.level, new.index, 256)
			then 'its hashes are not those of what is below'
	end;
	if fault is not null then
		raise exception 'tile % of level % of chain "%" is refused: %', new.index, new.level, left(new.chain, 200), fault
			using errcode = 'check_violation';
	end if;
	return new;
end
$$;

create trigger audit_tile_is_true
	before insert on "${schema}".audit_tile
	for each row execute function "${schema}".audit_check_tile();
alter table "${schema}".audit_tile enable always trigger audit_tile_is_true;

-- Takes a tree that has grown, or is as large as it was, and whose edges are what the entries and the tiles say.
create function "${schema}".audit_check_tree() returns trigger
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	entries bigint;
	before bigint;
	levels integer := 0;
	most bigint;
	fault text;
begin
	select t.size into before from "${schema}".audit_tree t where t.chain = new.chain for update;
	if tg_op = 'INSERT' and before is not null then
		-- Another signer made it meanwhile: the primary key decides.
		return new;
	end if;
	select c.size into entries from "${schema}".audit_chain c where c.name = new.chain;
	-- By a tree of no entries the signer learns that a chain is gone; but there are no more of them than there may be chains.
	if entries is null then
		update "${schema}".audit_limit l set most = l.most where l.name = 'chains' returning l.most into strict most;
	end if;
	while levels < 7 and new.size >> (8 * levels) > 0 loop
		levels := levels + 1;
	end loop;
	fault := case
		when tg_op = 'UPDATE' and new.chain is distinct from old.chain then 'it is of another chain'
		when (new.size between 0 and coalesce(entries, 0)) is not true
			then 'the chain has ' || coalesce(entries, 0) || ' entries'
		when entries is null and (length(new.chain) > 200 or (select count(*) from "${schema}".audit_tree) >= most)
			then 'there is no such chain'
		when new.size < before then 'it had ' || before || ' entries'
		when new.edges is null or cardinality(new.edges) <> levels or array_ndims(new.edges) > 1
			or array_lower(new.edges, 1) <> 1 then 'it has ' || levels || ' levels'
	end;
	for level in 0..levels - 1 loop
		exit when fault is not null;
		if new.edges[level + 1] is distinct from "${schema}".audit_tile_begins(new.chain, level,
			new.size >> (8 * (level + 1)), ((new.size >> (8 * level)) & 255)::integer)
		then
			fault := 'its edge of level ' || level || ' is not what is below';
		end if;
	end loop;
	if fault is not null then
		raise exception 'a tree of % entries of chain "%" is refused: %', new.size, left(new.chain, 200), fault
			using errcode = 'check_violation';
	end if;
	return new;
end
$$;

create trigger audit_tree_is_true
	before insert or update on "${schema}".audit_tree
	for each row execute function "${schema}".audit_check_tree();
alter table "${schema}".audit_tree enable always trigger audit_tree_is_true;

-- Takes a checkpoint of the tree as it is, if it is the next one. Its note must have the form of a signed one.
create function "${schema}".audit_check_checkpoint() returns trigger
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	entries bigint;
	newest bigint;
	tree record;
	lines text[];
	fault text;
begin
	select t.size, t.edges into tree from "${schema}".audit_tree t where t.chain = new.chain for update;
	select c.size into entries from "${schema}".audit_chain c where c.name = new.chain;
	select max(c.size) into newest from "${schema}".audit_checkpoint c where c.chain = new.chain;
	fault := case
		when (new.size between 1 and coalesce(entries, 0)) is not true
			then 'the chain has ' || coalesce(entries, 0) || ' entries'
		when new.size <= newest then 'there is one of ' || newest || ' entries'
		when new.size is distinct from tree.size then 'the tree is one of ' || coalesce(tree.size, 0) || ' entries'
		when new.root is distinct from "${schema}".audit_tree_root(tree.edges) then 'its root is not that of the tree'
		when (octet_length(new.note) <= 100000) is not true then 'its note has more than 100000 bytes'
	end;
	if fault is null then
		lines := string_to_array(new.note, e'\n');
		if right(lines[1], length(new.chain) + 1) <> '/' || new.chain
			or lines[2] <> new.size::text
			or lines[3] <> encode(new.root, 'base64')
			or new.note !~ e'\n\n([^ \n]+ [^ \n]+ [A-Za-z0-9+/=]+\n)+$'
		then
			fault := 'its note is not a signed one of this size and root';
		end if;
	end if;
	if fault is not null then
		raise exception 'a checkpoint of % entries of chain "%" is refused: %', new.size, left(new.chain, 200), fault
			using errcode = 'check_violation';
	end if;
	return new;
end
$$;

create trigger audit_checkpoint_is_next
	before insert on "${schema}".audit_checkpoint
	for each row execute function "${schema}".audit_check_checkpoint();
alter table "${schema}".audit_checkpoint enable always trigger audit_checkpoint_is_next;

-- Closes a chain for good, and records it as its last entry: for the owner, where it goes on under another name.
create function "${schema}".audit_close_chain(chain text, reason text, requested_by jsonb) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	if not exists (select from "${schema}".audit_chain c where c.name = $1) then
		raise exception 'there is no chain "%"', left(coalesce(chain, 'null'), 200)
			using errcode = 'invalid_parameter_value';
	elsif "${schema}".audit_is_received(chain) then
		raise exception 'chain "%" is received: its source closes it', chain
			using errcode = 'object_not_in_prerequisite_state';
	end if;
	perform "${schema}".audit_append_own(chain, 'audit.chain.closed', 'AuditChain', chain,
		jsonb_build_object('chain', chain, 'reason', reason), requested_by);
	update "${schema}".audit_chain c set closed_at = recorded_at where c.name = $1;
end
$$;

-- A head in canonical form, as the root log hashes it.
create function "${schema}".audit_canonical_head(head "${schema}".audit_root_head) returns text
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	select concat('{"chain":', to_json(head.chain), ',"closed":', case when head.closed then 'true' else 'false' end,
		',"root":"', encode(head.root, 'hex'), '","size":', head.size, '}')
$$;

-- Records where all chains end, as far as their trees go, if one has moved and the last time is long enough ago. What it
-- says is what the database itself finds: who calls it has nothing to say. Gives the place of the entry in the chain
-- "root", or null if there was nothing to record.
create function "${schema}".audit_append_root(at_most_each interval, requested_by jsonb) returns bigint
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	last timestamptz;
	place record;
	heads bytea;
	leaves bytea;
begin
	if (at_most_each between interval '0' and interval '1 day') is not true then
		raise exception 'audit_append_root takes an interval of up to a day, not %', coalesce(at_most_each::text, 'null')
			using errcode = 'invalid_parameter_value';
	end if;
	-- Who is just beginning a chain is waited for, and who begins one from now on begins it later: so whichever has an
	-- entry from before is recorded.
	perform from "${schema}".audit_limit l where l.name = 'chains' for update;
	select c.recorded_at into last from "${schema}".audit_chain c where c.name = 'root' for update;
	if clock_timestamp() < last + at_most_each then
		return null;
	end if;
	select * into strict place from "${schema}".audit_lock_chain('root');

	with now as materialized (
		select c.name as chain, coalesce(t.size, 0) as size, t.edges,
			c.closed_at is not null and coalesce(t.size, 0) = c.size as closed, before.size as size_before, before.closed as closed_before
		from "${schema}".audit_chain c
			left join "${schema}".audit_tree t on t.chain = c.name
			left join lateral (
				select h.size, h.closed
				from "${schema}".audit_root_head h
				where h.chain = c.name
				order by h.root_seq desc
				limit 1
			) as before on true
		where c.name <> 'root'
	), moved as (
		insert into "${schema}".audit_root_head as h (root_seq, chain, size, root, closed)
		select place.size, chain, size, case when size > 0 then "${schema}".audit_tree_root(edges) else sha256('') end, closed
		from now
		where size_before is null
		or (not closed_before and (size > size_before or (size = size_before and closed)))
		returning h.*
	)
	select sha256(convert_to(concat('[', string_agg("${schema}".audit_canonical_head(
		row(root_seq, chain, size, root, closed)::"${schema}".audit_root_head), ',' order by convert_to(chain, 'UTF8')), ']'),
		'UTF8'))
	into heads
	from moved
	having count(*) > 0;
	if heads is null then
		return null;
	end if;

	-- Also of chains that are gone: nobody leaves the map.
	with recursive known (chain) as (
		(select min(h.chain) from "${schema}".audit_root_head h)
		union all
		select (select min(h.chain) from "${schema}".audit_root_head h where h.chain > known.chain)
		from known
		where known.chain is not null
	)
	select string_agg(sha256('\x00'::bytea || convert_to("${schema}".audit_canonical_head(newest.head), 'UTF8')), ''::bytea
		order by convert_to(known.chain, 'UTF8'))
	into leaves
	from known cross join lateral (
		select h as head
		from "${schema}".audit_root_head h
		where h.chain = known.chain
		order by h.root_seq desc
		limit 1
	) as newest;
	perform "${schema}".audit_check_own('audit.root', '{}', requested_by);
	insert into "${schema}".audit_log
	select entry.*
	from "${schema}".audit_own_entry('root', place.size, place.head, place.recorded_at, 'audit.root', 'audit.root',
		encode("${schema}".audit_subtree_root(leaves), 'hex'),
		jsonb_build_object('chains', octet_length(leaves) / 32, 'heads', encode(heads, 'hex')), requested_by) as entry;
	return place.size;
end
$$;

-- Makes a chain's tree anew as it was at its newest checkpoint: from the entries, and from the tiles where entries were
-- retired. For the owner, after a verification has named a tile or the edge, or what is no checkpoint was set aside.
-- What was otherwise is kept. Changes nothing if that does not lead to the root of the checkpoint. Says how many tiles
-- and edges were replaced.
create function "${schema}".audit_rebuild_tree(chain text, reason text) returns bigint
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	signed record;
	tree record;
	hashes bigint;
	last bigint;
	place bigint;
	most integer;
	stored bytea;
	wanted bytea;
	edges bytea[] := '{}';
	replaced bigint := 0;
	beyond bigint;
begin
	if coalesce(btrim(reason), '') = '' then
		raise exception 'audit_rebuild_tree takes a reason' using errcode = 'invalid_parameter_value';
	end if;
	lock table "${schema}".audit_tree, "${schema}".audit_tile, "${schema}".audit_checkpoint in share row exclusive mode;
	alter table "${schema}".audit_tile disable trigger user;
	alter table "${schema}".audit_tree disable trigger user;
	select c.size, c.root into signed
	from "${schema}".audit_checkpoint c where c.chain = $1 order by c.size desc limit 1;
	hashes := coalesce(signed.size, 0);
	select t.size, t.edges into tree from "${schema}".audit_tree t where t.chain = $1;

	for depth in 0..6 loop
		exit when hashes = 0;
		last := hashes >> 8;
		place := 0;
		while place <= last loop
			most := least(256, hashes - (place << 8));
			stored := case when place < last then (
				select t.hashes from "${schema}".audit_tile t where t.chain = $1 and t.level = depth and t.index = place
			) else tree.edges[depth + 1] end;
			if depth = 0 then
				select string_agg(coalesce(l.hash, substring(stored from 32 * i + 1 for 32)), ''::bytea order by i)
				into wanted
				from generate_series(0, most - 1) as i
				left join (
					select e.seq, e.hash
					from "${schema}".audit_log e
					where e.chain = $1 and e.seq >= place << 8 and e.seq < (place << 8) + most
				) as l on l.seq = (place << 8) + i;
			else
				wanted := "${schema}".audit_hashes_below($1, depth, place << 8, (place << 8) + most);
			end if;
			wanted := coalesce(wanted, ''::bytea);
			if octet_length(wanted) <> 32 * most then
				raise exception 'the tree of chain "%" cannot be made anew: below tile % of level % hashes are gone', $1, place,
					depth using errcode = 'object_not_in_prerequisite_state';
			elsif place = last then
				edges := array_append(edges, wanted);
			elsif stored is distinct from wanted then
				insert into "${schema}".audit_tree_aside (chain, level, index, hashes, reason)
				select $1, depth, place, stored, $2 where stored is not null;
				delete from "${schema}".audit_tile t where t.chain = $1 and t.level = depth and t.index = place;
				insert into "${schema}".audit_tile (chain, level, index, hashes) values ($1, depth, place, wanted);
				replaced := replaced + 1;
			end if;
			place := place + 1;
		end loop;
		hashes := last;
	end loop;
	if signed.root is distinct from "${schema}".audit_tree_root(edges) then
		raise exception 'the entries of chain "%" do not lead to its checkpoint of % entries', $1, signed.size
			using errcode = 'object_not_in_prerequisite_state';
	end if;

	with removed as (
		delete from "${schema}".audit_tile t
		where t.chain = $1 and (t.level > 6 or t.index >= coalesce(signed.size, 0) >> (8 * (t.level + 1)))
		returning t.level, t.index, t.hashes
	)
	insert into "${schema}".audit_tree_aside (chain, level, index, hashes, reason)
	select $1, level, index, hashes, $2 from removed;
	get diagnostics beyond = row_count;
	replaced := replaced + beyond;
	if tree.size is distinct from coalesce(signed.size, 0) or tree.edges is distinct from edges then
		insert into "${schema}".audit_tree_aside (chain, level, index, hashes, reason)
		select $1, old.level - 1, coalesce(tree.size, 0) >> least(8 * old.level, 63)::integer, coalesce(old.edge, ''::bytea), $2
		from unnest(tree.edges) with ordinality as old (edge, level);
		insert into "${schema}".audit_tree as t (chain, size, edges) values ($1, coalesce(signed.size, 0), edges)
		on conflict (chain) do update set size = excluded.size, edges = excluded.edges;
		replaced := replaced + 1;
	end if;
	alter table "${schema}".audit_tile enable always trigger audit_tile_append_only;
	alter table "${schema}".audit_tile enable always trigger audit_tile_is_true;
	alter table "${schema}".audit_tree enable always trigger audit_tree_is_true;
	return replaced;
end
$$;

revoke all on function "${schema}".audit_refuse_change(), "${schema}".audit_check_new_chain(),
	"${schema}".audit_refuse_second_beginning(), "${schema}".audit_allow_chains(bigint),
	"${schema}".audit_allow_entry_size(bigint),
	"${schema}".audit_make_partition(date), "${schema}".audit_ensure_partition(date),
	"${schema}".audit_lock_chain(text), "${schema}".audit_ledger_id(text), "${schema}".audit_id_at(timestamptz),
	"${schema}".audit_take_entries(),
	"${schema}".audit_refuse_forged_entries(), "${schema}".audit_entry_hash("${schema}".audit_log, bytea, bytea),
	"${schema}".audit_check_own(text, jsonb, jsonb),
	"${schema}".audit_own_entry(text, bigint, bytea, timestamptz, text, text, text, jsonb, jsonb),
	"${schema}".audit_append_own(text, text, text, text, jsonb, jsonb),
	"${schema}".audit_is_held("${schema}".audit_log), "${schema}".audit_month_is_held(date),
	"${schema}".audit_redact(text, jsonb, text, text, jsonb), "${schema}".audit_check_redaction(),
	"${schema}".audit_hold(text, text, text, text, text, jsonb),
	"${schema}".audit_release(text, bigint, text, jsonb), "${schema}".audit_retire(date, boolean, jsonb, jsonb),
	"${schema}".audit_redact_archived(text, bigint, bigint, integer, text, timestamptz, timestamptz, jsonb, text, text,
	jsonb),
	"${schema}".audit_archive(text, bigint, bigint, integer, text, timestamptz, timestamptz, jsonb),
	"${schema}".audit_check_upkeep(), "${schema}".audit_set_checkpoint_aside(text, bigint, text),
	"${schema}".audit_subtree_root(bytea), "${schema}".audit_tree_root(bytea[]),
	"${schema}".audit_hashes_below(text, integer, bigint, bigint),
	"${schema}".audit_tile_begins(text, integer, bigint, integer), "${schema}".audit_check_tile(),
	"${schema}".audit_check_tree(), "${schema}".audit_check_checkpoint(),
	"${schema}".audit_rebuild_tree(text, text), "${schema}".audit_close_chain(text, text, jsonb),
	"${schema}".audit_canonical_head("${schema}".audit_root_head), "${schema}".audit_append_root(interval, jsonb)
	from public;

do $$
begin
	perform "${schema}".audit_ensure_partition((clock_timestamp() at time zone 'UTC')::date);
end
$$;
