-- What functions are given is looked at before anything is done with it: they run with the owner's rights.

-- Counts entries that are not counted yet, as before, but only forwards: a negative number moved the position back, and
-- what lay between was counted twice.
create or replace function "${schema}".audit_count_activity(most integer) returns bigint
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	head record;
	counted bigint := 0;
begin
	if most is null or most not between 1 and 1000000 then
		raise exception 'audit_count_activity counts 1 to 1000000 entries at a time, not %', coalesce(most::text, 'null')
			using errcode = 'invalid_parameter_value';
	end if;
	perform from "${schema}".audit_upkeep where name = 'activity' for update skip locked;
	if not found then
		return 0;
	end if;
	for head in
		select c.name, coalesce(p.counted, 0) as first, least(c.size, coalesce(p.counted, 0) + most) as next
		from "${schema}".audit_chain c left join "${schema}".audit_activity_position p on p.chain = c.name
		where c.size > coalesce(p.counted, 0)
	loop
		with hours as materialized (
			select dimension, value, date_trunc('hour', recorded_at, 'UTC') as hour, outcome, count(*) as entries
			from "${schema}".audit_log
				cross join lateral (
					values ('', ''), ('action', action), ('category', category), ('severity', severity),
						('service', service), ('tenant', coalesce('=' || tenant, ''))
				) as dimensions (dimension, value)
			where chain = head.name and seq >= head.first and seq < head.next and value is not null
			group by 1, 2, 3, 4
		)
		insert into "${schema}".audit_activity as activity (dimension, scale, value, start, outcome, entries)
		select dimension, scale, value, date_trunc(scale, hour, 'UTC'), outcome, sum(hours.entries)
		from hours cross join (values ('hour'), ('day'), ('month')) as scales (scale)
		group by 1, 2, 3, 4, 5
		on conflict (dimension, scale, value, start, outcome)
		do update set entries = activity.entries + excluded.entries;
		insert into "${schema}".audit_activity_position as position (chain, counted)
		values (head.name, head.next)
		on conflict (chain) do update set counted = excluded.counted;
		counted := counted + head.next - head.first;
	end loop;
	delete from "${schema}".audit_activity
	where start < "${schema}".audit_oldest_month()
	and exists (
		select from "${schema}".audit_activity
		where dimension = '' and scale = 'month' and start < "${schema}".audit_oldest_month()
	);
	return counted;
end
$$;

-- What the sums should be, beside what they are, where they differ. It reads all entries that were counted.
create function "${schema}".audit_check_activity()
	returns table (dimension text, scale text, value text, start timestamptz, outcome text, kept bigint, entries bigint)
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	with hours as materialized (
		select dimension, value, date_trunc('hour', l.recorded_at, 'UTC') as hour, l.outcome, count(*) as entries
		from "${schema}".audit_log l
			join "${schema}".audit_activity_position p on p.chain = l.chain
			cross join lateral (
				values ('', ''), ('action', l.action), ('category', l.category), ('severity', l.severity),
					('service', l.service), ('tenant', coalesce('=' || l.tenant, ''))
			) as dimensions (dimension, value)
		where l.seq < p.counted and value is not null
		group by 1, 2, 3, 4
	), log as (
		select dimension, scale, value, date_trunc(scale, hour, 'UTC') as start, outcome, sum(entries)::bigint as entries
		from hours cross join (values ('hour'), ('day'), ('month')) as scales (scale)
		group by 1, 2, 3, 4, 5
	)
	select dimension, scale, value, start, outcome, coalesce(activity.entries, 0), coalesce(log.entries, 0)
	from log full join "${schema}".audit_activity as activity using (dimension, scale, value, start, outcome)
	where activity.entries is distinct from log.entries
$$;

-- Forgets all sums, so that everything is counted anew; until then statistics read the log itself.
create function "${schema}".audit_recount_activity() returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	perform from "${schema}".audit_upkeep where name = 'activity' for update;
	delete from "${schema}".audit_activity;
	delete from "${schema}".audit_activity_position;
end
$$;

revoke all on function "${schema}".audit_check_activity(), "${schema}".audit_recount_activity() from public;

-- Null is no month to come either.
create or replace function "${schema}".audit_ensure_partition(month date) returns void
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

-- What the ledger says of its own doing stays for ever: who did it is an object, and reasons are texts that people wrote.
create function "${schema}".audit_check_own(action text, metadata jsonb, doer jsonb) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	given text;
begin
	if jsonb_typeof(doer) is distinct from 'object' or doer ->> 'actorType' is null or doer ->> 'operation' is null
		or jsonb_typeof(doer -> 'actor') is distinct from 'object' or length(doer::text) > 20000
	then
		raise exception '% takes who does it as an object of actorType, operation and actor', action
			using errcode = 'invalid_parameter_value';
	end if;
	if action in ('audit.redaction', 'audit.hold', 'audit.release') then
		given := metadata ->> 'reason';
		if given is null or btrim(given) = '' or length(given) > 10000 then
			raise exception '% takes a reason of 1 to 10000 characters', action
				using errcode = 'invalid_parameter_value';
		end if;
	end if;
end
$$;

revoke all on function "${schema}".audit_check_own(text, jsonb, jsonb) from public;

create or replace function "${schema}".audit_append_own(chain text, action text, target_type text, target_id text, metadata jsonb,
		doer jsonb) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	entry "${schema}".audit_log;
	actor jsonb := doer -> 'actor';
begin
	perform "${schema}".audit_check_own(action, metadata, doer);
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

alter table "${schema}".audit_legal_hold
	add constraint audit_legal_hold_names_something check (
		length(coalesce(actor_id, target_id)) between 1 and 10000 and length(target_type) between 1 and 10000
	) not valid;

-- Entries of times that no calendar in use has could not be read.
alter table "${schema}".audit_log
	add constraint audit_log_happened_in_our_era check (
		occurred_at >= timestamptz '0001-01-01 00:00:00+00' and occurred_at < timestamptz '10000-01-01 00:00:00+00'
	) not valid;

-- How many chains there may be. Whoever may append may begin a chain, and each is one more to sign and to verify.
create table "${schema}".audit_limit (
	name text   not null primary key,
	most bigint not null check (most >= 0)
);
insert into "${schema}".audit_limit (name, most) values ('chains', 1000);
revoke all on "${schema}".audit_limit from public;

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

revoke all on function "${schema}".audit_allow_chains(bigint) from public;

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
	select l.most into strict most from "${schema}".audit_limit l where l.name = 'chains';
	if (select count(*) from "${schema}".audit_chain) >= most
		and not exists (select from "${schema}".audit_chain c where c.name = new.name)
	then
		raise exception 'chain "%" cannot be begun: there are % chains already; the owner of the ledger allows more by audit_allow_chains',
			new.name, most using errcode = 'program_limit_exceeded';
	end if;
	return new;
end
$$;

revoke all on function "${schema}".audit_check_new_chain() from public;

create trigger audit_chain_is_named
	before insert on "${schema}".audit_chain
	for each row execute function "${schema}".audit_check_new_chain();
alter table "${schema}".audit_chain enable always trigger audit_chain_is_named;

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

revoke all on function "${schema}".audit_check_upkeep() from public;

create trigger audit_upkeep_is_due_soon
	before insert or update on "${schema}".audit_upkeep
	for each row execute function "${schema}".audit_check_upkeep();
alter table "${schema}".audit_upkeep enable always trigger audit_upkeep_is_due_soon;
