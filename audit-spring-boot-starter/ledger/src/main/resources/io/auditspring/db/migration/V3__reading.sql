-- What makes reading fast beside the indexes. None of it is evidence, and none of it is needed: whatever is not counted
-- yet is read from the log.

-- How many entries there are of each hour, day and month (UTC) by outcome: in all, and by each value of one further
-- column. Tenants are written with an equals sign before them; without it, it is about what belongs to none. Sums of
-- two columns would be about as many as the entries themselves.
create table "${schema}".audit_activity (
	dimension text collate "C" not null
		check (dimension in ('', 'action', 'category', 'severity', 'service', 'tenant')),
	scale     text collate "C" not null check (scale in ('hour', 'day', 'month')),
	value     text collate "C" not null,
	start     timestamptz      not null,
	outcome   text collate "C" not null,
	entries   bigint           not null,
	primary key (dimension, scale, value, start, outcome)
) with (fillfactor = 80);

-- What was done lately to things of all values: the most frequent ones of a period.
create index audit_activity_start on "${schema}".audit_activity (dimension, scale, start);

-- How many entries of a chain are in it.
create table "${schema}".audit_activity_position (
	chain   text   not null primary key,
	counted bigint not null
) with (fillfactor = 10);

-- When the oldest month begins that was not retired.
create function "${schema}".audit_oldest_month() returns timestamptz
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	select to_date(min(relname::text), '"audit_log_"YYYY_MM')::timestamp at time zone 'UTC'
	from pg_inherits join pg_class on pg_class.oid = inhrelid
	where inhparent = '"${schema}".audit_log'::regclass
$$;

-- The sums over entries of a chain.
create function "${schema}".audit_activity_of(chain text, first bigint, next bigint)
	returns table (dimension text, scale text, value text, start timestamptz, outcome text, entries bigint)
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	with hours as materialized (
		select dimension, value, date_trunc('hour', l.recorded_at, 'UTC') as hour, l.outcome, count(*) as entries
		from "${schema}".audit_log l
			cross join lateral (
				values ('', ''), ('action', l.action), ('category', l.category), ('severity', l.severity),
					('service', l.service), ('tenant', coalesce('=' || l.tenant, ''))
			) as dimensions (dimension, value)
		where l.chain = $1 and l.seq >= $2 and l.seq < $3 and value is not null
		group by 1, 2, 3, 4
	)
	select dimension, scale, value, date_trunc(scale, hour, 'UTC'), outcome, sum(hours.entries)::bigint
	from hours cross join (values ('hour'), ('day'), ('month')) as scales (scale)
	group by 1, 2, 3, 4, 5
$$;

-- Counts entries that are not counted yet, at most so many of each chain, and forgets retired months. Says how many it
-- counted. The order of a chain is that of its commits, so nothing comes to be before what was counted. One at a time:
-- who finds another at it has nothing to do.
create function "${schema}".audit_count_activity(most integer) returns bigint
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
		-- That chains have grown is nothing that anybody did.
		where c.size > coalesce(p.counted, 0) and c.name <> 'root'
	loop
		insert into "${schema}".audit_activity as activity (dimension, scale, value, start, outcome, entries)
		select dimension, scale, value, start, outcome, entries
		from "${schema}".audit_activity_of(head.name, head.first, head.next)
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
	with log as (
		select dimension, scale, value, start, outcome, sum(counted.entries)::bigint as entries
		from "${schema}".audit_activity_position p
			cross join lateral "${schema}".audit_activity_of(p.chain, 0, p.counted) as counted
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
	-- Changed and not only locked: who counts by an older snapshot must fail, or count what is counted anew.
	update "${schema}".audit_upkeep set due_at = due_at where name = 'activity';
	delete from "${schema}".audit_activity;
	delete from "${schema}".audit_activity_position;
end
$$;

-- Lets the words of message, target and actor be found by an index. It costs as much at each append as all other
-- indexes, so it is there only where somebody asks for it. Months that are over come first; appending waits while that
-- of the present month is made, which takes seconds for a million entries. Says whether it was missing.
create function "${schema}".audit_index_words() returns boolean
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	-- The characters are those that join words into one, as in user-42 or order.pay.
	definition constant text := $words$using gin (to_tsvector('simple', translate(coalesce(message, '') || ' '
		|| coalesce(target_name, '') || ' ' || coalesce(actor_id, '') || ' ' || coalesce(actor_name, ''),
		'._-/@:+~%&=#<>\', '               '))) with (gin_pending_list_limit = 256)$words$;
begin
	if to_regclass('"${schema}".audit_log_words') is not null then
		return false;
	end if;
	for part in
		select relname
		from pg_inherits join pg_class on pg_class.oid = inhrelid
		where inhparent = '"${schema}".audit_log'::regclass
		order by relname
	loop
		execute format('create index %I on "${schema}".%I %s', part.relname || '_words', part.relname, definition);
	end loop;
	execute format('create index audit_log_words on "${schema}".audit_log %s', definition);
	return true;
end
$$;

-- How far a chain was looked through for what somebody must be told of at once.
create table "${schema}".audit_alert_position (
	chain text   not null constraint audit_alert_position_pkey primary key,
	seen  bigint not null
) with (fillfactor = 10);

-- What was told and when, so that nothing is told twice.
create table "${schema}".audit_alert (
	name    text collate "C" not null primary key,
	told_at timestamptz      not null
);

insert into "${schema}".audit_upkeep (name, due_at) values ('alerts', clock_timestamp());

-- What came since the last time that somebody must be told of: at most so many entries of each chain are looked
-- through. Whoever asks tells of it and commits then, and nobody else is given anything until then; who finds another at
-- it has nothing to do.
create function "${schema}".audit_new_alerts(most integer)
	returns table (chain text, seq bigint, id uuid, recorded_at timestamptz, operation_id uuid, action text,
		actor_type text, actor_id text, target_id text)
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	head record;
begin
	if most is null or most not between 1 and 1000000 then
		raise exception 'audit_new_alerts looks through 1 to 1000000 entries at a time, not %',
			coalesce(most::text, 'null') using errcode = 'invalid_parameter_value';
	end if;
	perform from "${schema}".audit_upkeep where name = 'alerts' for update skip locked;
	if not found then
		return;
	end if;
	-- Nothing that was recorded before the first time is told; no chain has an empty name, which notes that.
	if not exists (select from "${schema}".audit_alert_position p where p.chain = '') then
		insert into "${schema}".audit_alert_position (chain, seen)
		values ('', 0)
		union all
		select c.name, c.size from "${schema}".audit_chain c;
		return;
	end if;
	-- What is wrong with the ledger stays told; of everything else there is nothing to be told twice after a month.
	delete from "${schema}".audit_alert a
	where not starts_with(a.name, 'verification/') and a.told_at < clock_timestamp() - interval '32 days';
	for head in
		select c.name, coalesce(p.seen, 0) as first, least(c.size, coalesce(p.seen, 0) + most) as next
		from "${schema}".audit_chain c left join "${schema}".audit_alert_position p on p.chain = c.name
		where c.size > coalesce(p.seen, 0) and c.name <> 'root'
		order by c.name
	loop
		return query
		select l.chain, l.seq, l.id, l.recorded_at, l.operation_id, l.action, l.actor_type, l.actor_id, l.target_id
		from "${schema}".audit_log l
		where l.chain = head.name and l.seq >= head.first and l.seq < head.next
		and (l.action in ('audit.redaction', 'audit.release') or l.outcome = 'denied')
		order by l.seq;
		insert into "${schema}".audit_alert_position as position (chain, seen)
		values (head.name, head.next)
		on conflict on constraint audit_alert_position_pkey do update set seen = excluded.seen;
	end loop;
end
$$;

-- Whether something is to be told, as nobody told it since a time. Until the caller has committed, nobody else is
-- answered who asks the same.
create function "${schema}".audit_tell_once(name text, since timestamptz) returns boolean
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	if name is null or length(name) not between 1 and 1000 then
		raise exception 'audit_tell_once takes a name of 1 to 1000 characters, not %', coalesce(length(name)::text, 'null')
			using errcode = 'invalid_parameter_value';
	end if;
	if since is null then
		raise exception 'audit_tell_once takes a time, not null' using errcode = 'invalid_parameter_value';
	end if;
	insert into "${schema}".audit_alert as told (name, told_at) values ($1, clock_timestamp())
	on conflict on constraint audit_alert_pkey do update set told_at = excluded.told_at where told.told_at < since;
	return found;
end
$$;

revoke all on "${schema}".audit_activity, "${schema}".audit_activity_position, "${schema}".audit_alert_position,
	"${schema}".audit_alert
	from public;

revoke all on function "${schema}".audit_oldest_month(),
	"${schema}".audit_activity_of(text, bigint, bigint), "${schema}".audit_count_activity(integer),
	"${schema}".audit_check_activity(), "${schema}".audit_recount_activity(), "${schema}".audit_index_words(),
	"${schema}".audit_new_alerts(integer), "${schema}".audit_tell_once(text, timestamptz)
	from public;

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
