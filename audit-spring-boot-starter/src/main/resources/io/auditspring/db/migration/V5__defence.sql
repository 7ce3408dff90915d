-- What the database itself makes sure of, whoever writes: a chain only grows at its end, with the right links and the
-- present time, and its head moves with it. So a writer needs no right on a chain's row, and no partition of its own.

-- Any month is for the owner to make, and for what knows which one is due.
alter function "${schema}".audit_ensure_partition(date) rename to audit_make_partition;

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
	if date_trunc('month', month::timestamp) not between this_month and this_month + interval '1 year' then
		raise exception 'partitions are made for this month and the year after it, not for %', month
			using errcode = 'invalid_parameter_value';
	end if;
	perform "${schema}".audit_make_partition(month);
end
$$;

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
	perform "${schema}".audit_make_partition((recorded_at at time zone 'UTC')::date);
	return next;
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
		when batch.first < now() and batch.first is distinct from head.recorded_at + interval '1 microsecond'
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

revoke all on function "${schema}".audit_ensure_partition(date), "${schema}".audit_lock_chain(text),
	"${schema}".audit_ledger_id(text), "${schema}".audit_take_entries(), "${schema}".audit_refuse_forged_entries()
	from public;

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

-- Appends an entry of the ledger's own doing. Its metadata is an object of strings and whole numbers; who does it
-- comes as staged entries do. The salt is made of random UUIDs: 122 random bits to a group.
create function "${schema}".audit_append_own(chain text, action text, target_type text, target_id text, metadata jsonb,
		doer jsonb) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	entry "${schema}".audit_log;
	actor jsonb := doer -> 'actor';
begin
	entry.chain := chain;
	select l.size, l.head, l.recorded_at into strict entry.seq, entry.prev_hash, entry.recorded_at
	from "${schema}".audit_lock_chain(chain) l;
	-- A UUID of version 7: random, but for the milliseconds at its beginning and the version.
	entry.id := encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing substring(
		int8send(floor(extract(epoch from entry.recorded_at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
		'hex')::uuid;
	entry.occurred_at := entry.recorded_at;
	entry.service := doer ->> 'service';
	entry.tenant := doer ->> 'tenant';
	entry.operation_id := (doer ->> 'operation')::uuid;
	entry.action := action;
	entry.category := 'audit';
	entry.severity := 'warning';
	entry.outcome := 'success';
	entry.target_type := target_type;
	entry.target_id := target_id;
	entry.trace_id := doer ->> 'traceId';
	entry.actor_type := doer ->> 'actorType';
	entry.actor_id := actor ->> 'id';
	entry.actor_name := actor ->> 'name';
	entry.impersonator_id := actor ->> 'impersonator';
	entry.ip_address := (actor ->> 'ip')::inet;
	entry.user_agent := actor ->> 'userAgent';
	entry.session_id := actor ->> 'session';
	entry.device_fingerprint := actor ->> 'device';
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
		sha256(substring(entry.salt from 17) || convert_to(concat('{"metadata":', (
			select concat('{', string_agg(concat(to_json(key), ':', value), ',' order by key collate "C"), '}')
			from jsonb_each(metadata)
		), '}'), 'UTF8')));
	insert into "${schema}".audit_log values (entry.*);
end
$$;

-- Whom or what a court or a dispute still needs. Whatever concerns it is neither redacted nor retired.
create table "${schema}".audit_legal_hold (
	id          bigint      not null generated always as identity primary key,
	actor_id    text,
	target_type text,
	target_id   text,
	reason      text        not null,
	placed_at   timestamptz not null default clock_timestamp(),
	constraint audit_legal_hold_is_on_one check (
		(actor_id is null) <> (target_id is null) and (target_type is null) = (target_id is null)
	)
);

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

-- Erases a group of entries of one chain, and records each erasure in that chain. Each of the entries comes with the
-- digests of its groups, which must yield its hash: what is stored in the place of the erased columns is true.
-- Says of each entry what became of it: erased, or why it is left as it was.
create function "${schema}".audit_redact(chain text, entries jsonb, redacted text, reason text, doer jsonb)
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
	none constant bytea := decode(repeat('00', 16), 'hex');
begin
	if redacted not in ('actor', 'data') or redacted is null or reason is null then
		raise exception 'a redaction takes the group "actor" or "data", and a reason'
			using errcode = 'invalid_parameter_value';
	end if;
	-- Whoever is placing a hold is waited for, and waits: what is held when this ends was not erased.
	lock table "${schema}".audit_legal_hold in share mode;
	-- Redactions of a chain take turns: nobody else changes its entries.
	perform from "${schema}".audit_chain c where c.name = $1 for update;
	for wanted in
		select e.seq, e.id, decode(e.actor, 'hex') as actor, decode(e.data, 'hex') as data
		from jsonb_to_recordset(entries) as e (seq bigint, id uuid, actor text, data text)
		order by e.seq
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
			when redacted = 'data' and entry.action in ('audit.redaction', 'audit.retirement') then 'kept'
			when "${schema}".audit_is_held(entry) then 'held'
			when actor is null or data is null
				or "${schema}".audit_entry_hash(entry, actor, data) <> entry.hash then 'altered'
			else 'erased'
		end;
		if result = 'erased' then
			perform "${schema}".audit_append_own($1, 'audit.redaction', 'AuditEntry', entry.id::text,
				jsonb_build_object('chain', $1, 'seq', entry.seq, 'id', entry.id, 'group', redacted, 'reason', reason),
				doer);
			if redacted = 'actor' then
				update "${schema}".audit_log l
				set actor_id = null, actor_name = null, impersonator_id = null, ip_address = null, user_agent = null,
					session_id = null, device_fingerprint = null, geolocation = null,
					salt = none || substring(l.salt from 17), actor_digest = actor
				where l.chain = $1 and l.seq = entry.seq and l.recorded_at = entry.recorded_at;
			else
				update "${schema}".audit_log l
				set target_name = null, message = null, justification = null, error = null, before_state = null,
					after_state = null, changes = null, metadata = null, related = null,
					salt = substring(l.salt for 16) || none, data_digest = data
				where l.chain = $1 and l.seq = entry.seq and l.recorded_at = entry.recorded_at;
			end if;
		end if;
		return next;
	end loop;
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
		and exists (
			select from "${schema}".audit_log recorded
			where recorded.target_type = 'AuditEntry'
			and recorded.target_id = old.id::text
			and recorded.action = 'audit.redaction'
			and recorded.chain = old.chain
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

revoke all on "${schema}".audit_legal_hold from public;
revoke all on function "${schema}".audit_entry_hash("${schema}".audit_log, bytea, bytea),
	"${schema}".audit_append_own(text, text, text, text, jsonb, jsonb), "${schema}".audit_is_held("${schema}".audit_log),
	"${schema}".audit_redact(text, jsonb, text, text, jsonb), "${schema}".audit_check_redaction() from public;

-- Places a hold on an actor or a target, and records it in a chain.
create function "${schema}".audit_hold(chain text, actor text, type text, target text, reason text, doer jsonb)
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
		jsonb_strip_nulls(jsonb_build_object('hold', hold, 'actor', actor, 'reason', reason)), doer);
	return hold;
end
$$;

-- Lifts a hold, and records it. Says whether there was one.
create function "${schema}".audit_release(chain text, hold bigint, reason text, doer jsonb) returns boolean
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	lifted "${schema}".audit_legal_hold;
begin
	delete from "${schema}".audit_legal_hold where id = hold returning * into lifted;
	if not found then
		return false;
	end if;
	perform "${schema}".audit_append_own(chain, 'audit.release', lifted.target_type, lifted.target_id,
		jsonb_strip_nulls(jsonb_build_object('hold', hold, 'actor', lifted.actor_id, 'reason', reason)), doer);
	return true;
end
$$;

-- Retires the oldest month: appends to each chain that has entries in it what they were, and takes its partition out of
-- the ledger. What the caller has verified comes as one object a chain; all that the database can tell itself is
-- compared. Detaching waits for the readers of the log and makes everybody else wait behind it, so it gives up soon.
create function "${schema}".audit_retire(month date, drops boolean, retirements jsonb, doer jsonb) returns void
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
			retirement, doer);
	end loop;
	execute format('alter table "${schema}".audit_log detach partition "${schema}".%I', part);
	if drops then
		execute format('drop table "${schema}".%I', part);
	end if;
end
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

-- When the upkeep of the ledger is due again. Whoever moves that time on does it: one instance.
create table "${schema}".audit_upkeep (
	name   text        not null primary key,
	due_at timestamptz not null
);
insert into "${schema}".audit_upkeep (name, due_at) values ('retention', clock_timestamp());

revoke all on "${schema}".audit_upkeep from public;
revoke all on function "${schema}".audit_hold(text, text, text, text, text, jsonb),
	"${schema}".audit_release(text, bigint, text, jsonb), "${schema}".audit_retire(date, boolean, jsonb, jsonb),
	"${schema}".audit_month_is_held(date) from public;
