-- Chains that other ledgers begin and go on with, and this one receives: registered by its owner, appended to by the role
-- audit_receiver only, with the entries, hashes and times of their source. What is done about them here is recorded in
-- the chain "local".

-- What is decided by what is read must be decided by what is there. An older snapshot shows neither the entries nor the
-- holds that others have written since, however well they were waited for. Everybody may ask, as whoever inserts must.
create function "${schema}".audit_require_read_committed() returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
		raise exception 'the ledger is changed by transactions of the isolation level read committed, not %',
			current_setting('transaction_isolation') using errcode = 'invalid_transaction_state',
			hint = 'Begin the transaction with: begin isolation level read committed';
	end if;
end
$$;

-- As before, but that the level of isolation is looked at, for whoever inserts and for all functions that do. With the
-- rights of whoever inserts, to know who that is. Few actions begin like that, and calls are not for nothing.
create or replace function "${schema}".audit_refuse_forged_entries() returns trigger
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	perform "${schema}".audit_require_read_committed();
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

-- As before, but for the level of isolation, as a month that seems to be empty may not be. And where the newest retirement of
-- a chain is recorded in another one, and that record goes with the month, it is recorded once more, as it was signed: nothing
-- else explains why the beginning of the chain is not there.
create or replace function "${schema}".audit_retire(month date, drops boolean, retirements jsonb, requested_by jsonb) returns void
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
	perform "${schema}".audit_require_read_committed();
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
		select entered
		from (
			select held || jsonb_strip_nulls(jsonb_build_object('root', given ->> 'root', 'signature', given ->> 'signature'))
				as entered
			from jsonb_array_elements(found_in_part) as held
			join jsonb_array_elements(retirements) as given on given ->> 'chain' = held ->> 'chain'
			union all
			select newest.metadata
			from (
				select distinct on (c.name) c.name, l.metadata, l.recorded_at
				from "${schema}".audit_log l join "${schema}".audit_chain c on c.name = l.metadata ->> 'chain'
				where l.action = 'audit.retirement'
				and (l.chain = 'local' or (c.origin is null and "${schema}".audit_speaks_for(l.chain, c.name)))
				order by c.name, l.metadata -> 'lastSeq' desc nulls last, l.recorded_at desc
			) as newest
			where newest.recorded_at < (month + interval '1 month') at time zone 'UTC'
			and not exists (
				select from jsonb_array_elements(found_in_part) as held where held ->> 'chain' = newest.name
			)
		) as all_of_them
		order by entered ->> 'chain' collate "C"
	loop
		perform "${schema}".audit_append_own(retirement ->> 'chain', 'audit.retirement', 'AuditPartition',
			retirement ->> 'partition', retirement, requested_by);
	end loop;
	execute format('alter table "${schema}".audit_log detach partition "${schema}".%I', part);
	if drops then
		execute format('drop table "${schema}".%I', part);
	end if;
end
$$;

-- For which tenant something is to be allowed: in another one the same arguments mean something else.
alter table "${schema}".audit_approval add column tenant text;

-- Who acts for whoever asks, and must not decide: who really acts first.
alter table "${schema}".audit_approval add column delegation text[] not null default '{}';

-- Whether an entry was set aside, which a writer may ask of each that it knows: what is neither staged nor in the ledger
-- may have been committed all the same.
create function "${schema}".audit_is_quarantined(entry uuid) returns boolean
	language sql
	stable
	security definer
	set search_path = pg_catalog, pg_temp
as $$
	select exists (select from "${schema}".audit_quarantine q where strpos(q.entries, entry::text) > 0)
$$;

-- Under which name a chain goes on that is closed: set once.
alter table "${schema}".audit_chain add column successor text;

-- The chain in which entries of a chain go on: the chain itself, unless it goes on under another name.
create function "${schema}".audit_current_chain(chain text) returns text
	language plpgsql
	stable
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	next text;
begin
	loop
		select c.successor into next from "${schema}".audit_chain c where c.name = chain;
		exit when next is null;
		chain := next;
	end loop;
	return chain;
end
$$;

-- Where it is recorded what is done about a chain: at its end, or where it goes on; in the chain "local" if nobody here
-- appends to it any more, or ever did.
create function "${schema}".audit_recorded_in(chain text) returns text
	language plpgsql
	stable
	set search_path = pg_catalog, pg_temp
as $$
declare
	current text := "${schema}".audit_current_chain(chain);
begin
	return case
		when exists (
			select from "${schema}".audit_chain c
			where c.name = current and (c.origin is not null or c.closed_at is not null)
		) then 'local'
		else current
	end;
end
$$;

-- Whether what a chain says is done about another one counts: it is that itself, or goes on in its place, or is the chain
-- "local", if nobody here appends to the other, or ever did.
create function "${schema}".audit_speaks_for(speaker text, chain text) returns boolean
	language plpgsql
	stable
	set search_path = pg_catalog, pg_temp
as $$
declare
	line record;
begin
	while chain is not null loop
		if speaker = chain then
			return true;
		end if;
		select c.successor, c.origin is not null or c.closed_at is not null as is_over into line
		from "${schema}".audit_chain c
		where c.name = chain;
		chain := line.successor;
	end loop;
	return speaker = 'local' and line.is_over is true;
end
$$;

-- As before, but that it gives the right to append to the chain in which a chain goes on, and says which one that is.
drop function "${schema}".audit_lock_chain(text);
create function "${schema}".audit_lock_chain(chain text)
	returns table (name text, ledger_id uuid, size bigint, head bytea, recorded_at timestamptz)
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	found record;
begin
	name := $1;
	loop
		select c.ledger_id, c.size, c.head, c.recorded_at, c.origin, c.successor into found
		from "${schema}".audit_chain c
		where c.name = audit_lock_chain.name
		for update;
		if found.origin is not null then
			raise exception 'chain "%" is received from %: only its source appends to it, so no application here may have audit.chain=%',
				name, found.origin, name using errcode = 'object_not_in_prerequisite_state';
		elsif found.ledger_id is null then
			perform "${schema}".audit_ledger_id(name);
		else
			exit when found.successor is null;
			name := found.successor;
		end if;
	end loop;
	ledger_id := found.ledger_id;
	size := found.size;
	head := found.head;
	-- The clock is read when the lock is held: whoever waited for it comes later. Where the clock was set back, time
	-- creeps on, so that entries of different batches still differ in it.
	recorded_at := greatest(clock_timestamp(), found.recorded_at + interval '1 microsecond');
	perform "${schema}".audit_make_partition((recorded_at at time zone 'UTC')::date);
	return next;
end
$$;

-- As before, but that a chain begins after the last entry of the root log, which does not know it, also where the clock was
-- set back.
create or replace function "${schema}".audit_check_new_chain() returns trigger
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
	-- What is received has times of its source.
	if new.size = 0 and new.origin is null and new.recorded_at is null then
		select c.recorded_at into new.recorded_at
		from "${schema}".audit_chain c
		where c.name = 'root' and c.recorded_at > clock_timestamp();
	end if;
	return new;
end
$$;

-- As before, but that it does not wait until a clock that was set back has caught up.
create or replace function "${schema}".audit_append_root(at_most_each interval, requested_by jsonb) returns bigint
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
	if last <= clock_timestamp() and clock_timestamp() < last + at_most_each then
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

-- The name under which a chain goes on: "orders", "orders@2", "orders@3".
create function "${schema}".audit_next_name(chain text) returns text
	language sql
	immutable
	set search_path = pg_catalog, pg_temp
as $$
	select case
		when chain ~ '@[1-9][0-9]{0,8}$'
			then regexp_replace(chain, '[0-9]+$', '') || (substring(chain from '[0-9]+$')::bigint + 1)
		else chain || '@2'
	end
$$;

-- Whether a name is one under which a chain may go on: the next one, or one after that, as the next ones may have been used
-- by a database that is lost.
create function "${schema}".audit_may_go_on(chain text, successor text) returns boolean
	language plpgsql
	immutable
	set search_path = pg_catalog, pg_temp
as $$
declare
	first bigint := substring("${schema}".audit_next_name(chain) from '[0-9]+$');
	line text := regexp_replace("${schema}".audit_next_name(chain), '[0-9]+$', '');
begin
	return (starts_with(successor, line) and substring(successor from length(line) + 1) ~ '^[1-9][0-9]{0,8}$'
		and substring(successor from '[0-9]+$')::bigint >= first) is true;
end
$$;

-- As before, but that a chain which is closed goes on in the one of the next name, whoever begins that.
create or replace function "${schema}".audit_ledger_id(chain text) returns uuid
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
		update "${schema}".audit_chain c
		set successor = audit_ledger_id.chain
		where c.origin is null and c.successor is null and c.closed_at is not null
		and "${schema}".audit_next_name(c.name) = audit_ledger_id.chain;
	end if;
	return found_id;
end
$$;

-- As before, but that it goes on in the chain of the next name, if there is one.
create or replace function "${schema}".audit_close_chain(chain text, reason text, requested_by jsonb) returns void
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
	elsif exists (select from "${schema}".audit_chain c where c.name = $1 and c.closed_at is not null) then
		-- What is said of it now would go to the chain behind it, and seem to close that.
		raise exception 'chain "%" is closed already', chain
			using errcode = 'object_not_in_prerequisite_state';
	end if;
	perform "${schema}".audit_append_own(chain, 'audit.chain.closed', 'AuditChain', chain,
		jsonb_build_object('chain', chain, 'reason', reason), requested_by);
	update "${schema}".audit_chain c
	set closed_at = recorded_at, successor = coalesce(c.successor, (
		select n.name from "${schema}".audit_chain n
		where n.name = "${schema}".audit_next_name($1) and n.origin is null))
	where c.name = $1;
end
$$;

-- Which chains are received, and how far their sources vouch for them.
create table "${schema}".audit_received (
	chain       text not null primary key,
	tenant      text,
	note        text,
	received_at timestamptz,
	parked_at   timestamptz,
	parked_for  text,
	gone_at     timestamptz,
	erases_from bigint not null default 0,
	constraint audit_received_is_parked_for_a_reason check ((parked_at is null) = (parked_for is null))
);

-- Whose signature counts for which sizes of a chain.
create table "${schema}".audit_received_key (
	chain     text   not null,
	key       text   not null,
	from_size bigint not null,
	to_size   bigint,
	primary key (chain, from_size),
	constraint audit_received_key_is_of_sizes check (from_size >= 0 and to_size >= from_size),
	constraint audit_received_key_is_one check (length(key) <= 500
		and key ~ '^[^[:space:]+]+[+][0-9a-f]{8}[+][A-Za-z0-9+/]{44}$')
);

-- What a source signed that contradicts what it had signed before: evidence, which stays.
create table "${schema}".audit_fork (
	id       bigint      not null generated always as identity primary key,
	chain    text        not null,
	seq      bigint,
	ours     bytea,
	theirs   bytea,
	note     text        not null,
	our_note text,
	found_at timestamptz not null default clock_timestamp()
);

create trigger audit_fork_append_only
	before update or delete or truncate on "${schema}".audit_fork
	for each statement execute function "${schema}".audit_refuse_change();
alter table "${schema}".audit_fork enable always trigger audit_fork_append_only;

-- Everybody may ask, as whoever inserts must.
create function "${schema}".audit_is_received(chain text) returns boolean
	language sql
	stable
	security definer
	set search_path = pg_catalog, pg_temp
as $$
	select exists (select from "${schema}".audit_chain c where c.name = $1 and c.origin is not null)
$$;

create function "${schema}".audit_require_received(asked text, chain text) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	if not exists (select from "${schema}".audit_received r where r.chain = $2) then
		raise exception '% takes a chain that is received, not "%"; the owner of the ledger registers one by audit_receive_chain',
			asked, left(coalesce(chain, 'null'), 200) using errcode = 'invalid_parameter_value';
	end if;
end
$$;

-- Who does it, where the owner does not say.
create function "${schema}".audit_by_owner(requested_by jsonb) returns jsonb
	language sql
	volatile
	set search_path = pg_catalog, pg_temp
as $$
	select coalesce(requested_by, jsonb_build_object('actorType', 'system', 'operation', gen_random_uuid(),
		'actor', jsonb_build_object('id', 'system')))
$$;

-- A key as a signed note names it: name, id, and the key with the byte of its algorithm, Ed25519.
create function "${schema}".audit_check_key(asked text, key text) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	parts text[] := regexp_match(key, '^([^[:space:]+]+)[+]([0-9a-f]{8})[+]([A-Za-z0-9+/]{44})$');
begin
	if parts is null or length(key) > 500 or get_byte(decode(parts[3], 'base64'), 0) <> 1
		or encode(substring(sha256(convert_to(parts[1] || e'\n', 'UTF8') || decode(parts[3], 'base64')) for 4), 'hex')
			<> parts[2]
	then
		raise exception '% takes a verifier key, name+id+key, as the source shows it, not "%"', asked,
			left(coalesce(key, 'null'), 200) using errcode = 'invalid_parameter_value';
	end if;
end
$$;

-- Whatever is read by names alone would take what one source says for what is done about the chain of another one: refuses a
-- received chain whose name looks like that.
create function "${schema}".audit_check_beside(chain text, origin text) returns void
	language plpgsql
	stable
	set search_path = pg_catalog, pg_temp
as $$
declare
	other record;
begin
	select c.name, coalesce(c.origin, 'this ledger') as origin into other
	from "${schema}".audit_chain c
	where c.name <> $1 and c.origin is distinct from $2
	and ("${schema}".audit_may_go_on(c.name, $1) or "${schema}".audit_may_go_on($1, c.name))
	order by length(c.name), c.name
	limit 1;
	if found then
		raise exception 'chain "%" of % cannot be received beside chain "%" of %, as if one went on in the place of the other', $1,
			$2, other.name, other.origin using errcode = 'duplicate_object',
			hint = 'Close it at its source, and let it go on there under the name of the service: no other one may have that name.';
	end if;
end
$$;

-- For the owner: registers a chain of another ledger, which must not have begun here.
create function "${schema}".audit_receive_chain(chain text, ledger_id uuid, origin text, key text, tenant text default null,
		requested_by jsonb default null) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	if ledger_id is null then
		raise exception 'audit_receive_chain takes the ledger_id of the chain "%", as its source has it in audit_chain',
			left(coalesce(chain, 'null'), 200) using errcode = 'invalid_parameter_value';
	elsif (length(origin) between 1 and 200 and origin !~ '[[:space:]+[:cntrl:]]') is not true then
		raise exception 'audit_receive_chain takes the audit.checkpoint.origin of the source, not "%"',
			left(coalesce(origin, 'null'), 200) using errcode = 'invalid_parameter_value';
	elsif chain in ('main', 'root', 'local') then
		raise exception 'a chain called "%" is not received, as each ledger has one: close it at its source, and go on under the name of the service',
			chain using errcode = 'invalid_parameter_value';
	elsif length(tenant) > 200 then
		raise exception 'audit_receive_chain takes a tenant of up to 200 characters' using errcode = 'invalid_parameter_value';
	elsif exists (select from "${schema}".audit_chain c where c.name = $1) then
		raise exception 'chain "%" cannot be received: there is one already', left(chain, 200)
			using errcode = 'duplicate_object';
	end if;
	perform "${schema}".audit_check_key('audit_receive_chain', key);
	insert into "${schema}".audit_chain as c (name, ledger_id, size, head, origin)
	values ($1, $2, 0, sha256(convert_to(concat(e'audit-ledger/v1\n', $2, e'\n', $1), 'UTF8')), $3);
	insert into "${schema}".audit_received (chain, tenant) values ($1, $5);
	insert into "${schema}".audit_received_key (chain, key, from_size) values ($1, $4, 0);
	perform "${schema}".audit_check_beside($1, $3);
	-- What its source did about the chain before it says so in this one, and about this one in the next one, whichever of them
	-- is registered first.
	update "${schema}".audit_chain c
	set successor = (
		select n.name
		from "${schema}".audit_chain n
		where n.origin = $3 and "${schema}".audit_may_go_on($1, n.name)
		order by length(n.name), n.name
		limit 1
	)
	where c.name = $1;
	update "${schema}".audit_chain c
	set successor = $1
	where c.name = (
		select b.name
		from "${schema}".audit_chain b
		where b.origin = $3 and "${schema}".audit_may_go_on(b.name, $1)
		order by length(b.name) desc, b.name desc
		limit 1
	);
	perform "${schema}".audit_append_own('local', 'audit.chain.received', 'AuditChain', $1, jsonb_strip_nulls(
		jsonb_build_object('chain', $1, 'ledger', $2, 'origin', $3, 'key', $4, 'tenant', $5)),
		"${schema}".audit_by_owner($6));
end
$$;

-- Registers a chain in which a received one goes on, with the key that counts at the end of that: for the role
-- audit_receiver, which has verified that its source signed so. Says whether it was not registered yet.
create function "${schema}".audit_receive_successor(chain text, successor text, ledger_id uuid, requested_by jsonb)
	returns boolean
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	before record;
	key text;
begin
	perform "${schema}".audit_require_received('audit_receive_successor', chain);
	select c.origin, c.successor, c.size, r.tenant, r.parked_at, r.gone_at into strict before
	from "${schema}".audit_chain c join "${schema}".audit_received r on r.chain = c.name
	where c.name = $1
	for update of c;
	select k.key into key from "${schema}".audit_received_key k where k.chain = $1 and k.to_size is null;
	if before.successor = $2 then
		return false;
	elsif ($3 is not null and "${schema}".audit_may_go_on(chain, $2) and before.successor is null
		and before.size > 0 and before.parked_at is null and before.gone_at is null and key is not null) is not true
	then
		raise exception 'chain "%" does not go on as "%" by itself: the owner of the ledger registers that by audit_receive_chain',
			left(chain, 200), left(coalesce($2, 'null'), 200) using errcode = 'object_not_in_prerequisite_state';
	end if;
	perform "${schema}".audit_check_beside($2, before.origin);
	insert into "${schema}".audit_chain as c (name, ledger_id, size, head, origin)
	values ($2, $3, 0, sha256(convert_to(concat(e'audit-ledger/v1\n', $3, e'\n', $2), 'UTF8')), before.origin);
	insert into "${schema}".audit_received (chain, tenant) values ($2, before.tenant);
	insert into "${schema}".audit_received_key (chain, key, from_size) values ($2, key, 0);
	update "${schema}".audit_chain c set successor = $2 where c.name = $1;
	perform "${schema}".audit_append_own('local', 'audit.chain.received', 'AuditChain', $2, jsonb_strip_nulls(
		jsonb_build_object('chain', $2, 'ledger', $3, 'origin', before.origin, 'key', key, 'tenant', before.tenant,
			'predecessor', $1)), requested_by);
	return true;
end
$$;

-- For the owner: says which key counts from a size on; up to there the one before does.
create function "${schema}".audit_receive_key(chain text, key text, from_size bigint, requested_by jsonb default null)
	returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	last bigint;
begin
	perform "${schema}".audit_require_received('audit_receive_key', chain);
	perform "${schema}".audit_check_key('audit_receive_key', key);
	select max(k.from_size) into last from "${schema}".audit_received_key k where k.chain = $1;
	if (from_size > last) is not true then
		raise exception 'audit_receive_key takes a size larger than %, from which the key before counts, not %', last,
			coalesce(from_size::text, 'null') using errcode = 'invalid_parameter_value';
	end if;
	update "${schema}".audit_received_key k set to_size = $3 - 1 where k.chain = $1 and k.from_size = last;
	insert into "${schema}".audit_received_key (chain, key, from_size) values ($1, $2, $3);
	perform "${schema}".audit_append_own('local', 'audit.chain.key', 'AuditChain', $1,
		jsonb_build_object('chain', $1, 'key', $2, 'fromSize', $3), "${schema}".audit_by_owner($4));
end
$$;

-- For the owner: receives a parked chain again, as it is, after people found out why it was parked.
create function "${schema}".audit_unpark(chain text, reason text, requested_by jsonb default null) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	perform "${schema}".audit_require_received('audit_unpark', chain);
	perform "${schema}".audit_append_own('local', 'audit.chain.unparked', 'AuditChain', $1,
		jsonb_build_object('chain', $1, 'reason', $2), "${schema}".audit_by_owner($3));
	update "${schema}".audit_received r set parked_at = null, parked_for = null where r.chain = $1;
end
$$;

-- For the owner: says that the source of a chain is gone for good. What is to be erased of it is erased here from then on.
create function "${schema}".audit_source_gone(chain text, reason text, requested_by jsonb default null) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	perform "${schema}".audit_require_received('audit_source_gone', chain);
	perform "${schema}".audit_append_own('local', 'audit.chain.gone', 'AuditChain', $1,
		jsonb_build_object('chain', $1, 'reason', $2), "${schema}".audit_by_owner($3));
	update "${schema}".audit_received r set gone_at = clock_timestamp() where r.chain = $1;
end
$$;

-- Gives the right to append to a received chain until the transaction ends, and the clock that its entries must not be
-- ahead of.
create function "${schema}".audit_receive_lock(chain text)
	returns table (ledger_id uuid, size bigint, head bytea, recorded_at timestamptz, origin text, successor text,
		parked_for text, now timestamptz)
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
	perform "${schema}".audit_require_received('audit_receive_lock', $1);
	select c.ledger_id, c.size, c.head, c.recorded_at, c.origin, c.successor
	into strict ledger_id, size, head, recorded_at, origin, successor
	from "${schema}".audit_chain c
	where c.name = $1
	for update;
	select r.parked_for into strict parked_for from "${schema}".audit_received r where r.chain = $1;
	now := clock_timestamp();
	return next;
end
$$;

-- Of all that share an id, few are of one kind, although each id seems to be rare: else PostgreSQL would look for the
-- order 1 among all batches with the id 1, by the index that knows no kinds. Counts when the partition is analyzed.
-- Rows are changed only when something is erased: what was there before is to leave the table and its indexes by the next
-- autovacuum, as the default waits for a fifth of the month, which never comes.
create function "${schema}".audit_tune_partition(partition regclass) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	execute format('alter table %s alter column target_id set (n_distinct = 1000)', partition);
	execute format('alter table %s set (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0, '
		'vacuum_index_cleanup = on)', partition);
end
$$;

-- Takes the samples of a month anew, so that what was erased is in no statistics of PostgreSQL either. Whoever is at work on
-- the month is not waited for.
create function "${schema}".audit_forget(month date) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	part regclass := to_regclass(format('%I.%I', '${schema}', to_char(month, '"audit_log_"YYYY_MM')));
begin
	if exists (select from pg_inherits where inhrelid = part and inhparent = '"${schema}".audit_log'::regclass) then
		execute format('analyze (skip_locked) %s', part);
	end if;
end
$$;

alter function "${schema}".audit_make_partition(date) rename to audit_create_partition;

-- Makes sure that the partition of a month exists (UTC; any day of it). Runs with the owner's rights, so that a writer
-- needs no others than to insert.
create function "${schema}".audit_make_partition(month date) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	part text := format('%I.%I', '${schema}', 'audit_log_' || to_char(date_trunc('month', month::timestamp), 'YYYY_MM'));
begin
	perform "${schema}".audit_create_partition(month);
	if exists (
		select from pg_attribute
		where attrelid = to_regclass(part) and attname = 'target_id' and attoptions is null
	) then
		perform "${schema}".audit_tune_partition(part::regclass);
	end if;
end
$$;

do $$
declare
	part regclass;
begin
	for part in select inhrelid::regclass from pg_inherits where inhparent = '"${schema}".audit_log'::regclass loop
		perform "${schema}".audit_tune_partition(part);
		execute format('analyze %s (target_id)', part);
	end loop;
end
$$;

-- Makes sure that the months of entries to come have partitions: none before the last entry, and none of the future.
create function "${schema}".audit_receive_months(chain text, months date[]) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	month date;
	earliest date;
	this_month date := date_trunc('month', clock_timestamp() at time zone 'UTC')::date;
begin
	perform "${schema}".audit_require_received('audit_receive_months', chain);
	if (cardinality(months) between 1 and 120) is not true then
		raise exception 'audit_receive_months takes 1 to 120 months, not %', coalesce(cardinality(months)::text, 'null')
			using errcode = 'invalid_parameter_value';
	end if;
	select coalesce(date_trunc('month', c.recorded_at at time zone 'UTC')::date, date '1970-01-01') into strict earliest
	from "${schema}".audit_chain c
	where c.name = $1;
	foreach month in array months loop
		if (month between earliest and this_month + interval '1 month' - interval '1 day') is not true then
			raise exception 'entries of chain "%" cannot be of %: they are of % at the earliest, and not of the future',
				chain, coalesce(month::text, 'null'), earliest using errcode = 'invalid_parameter_value';
		end if;
		if to_regclass(format('%I.%I', '${schema}', to_char(month, '"audit_log_"YYYY_MM'))) is not null and not exists (
			select from pg_inherits
			where inhparent = '"${schema}".audit_log'::regclass
			and inhrelid = to_regclass(format('%I.%I', '${schema}', to_char(month, '"audit_log_"YYYY_MM')))
		) then
			raise exception 'entries of chain "%" are of the month of %, which was detached from audit_log: move that table away, and they are stored in a new one',
				chain, month using errcode = 'object_not_in_prerequisite_state';
		end if;
		perform "${schema}".audit_make_partition(month);
	end loop;
end
$$;

-- Whether it is recorded that a group of an entry is erased, in a chain that may say so.
create function "${schema}".audit_is_said_erased(entry "${schema}".audit_log, redacted text) returns boolean
	language plpgsql
	stable
	set search_path = pg_catalog, pg_temp
as $$
begin
	-- Without an offset the planner might look through all redactions for each.
	return exists (
		select from (
			select l.chain, l.action, l.target_type, l.metadata
			from "${schema}".audit_log l
			where l.target_id = entry.id::text and l.recorded_at >= entry.recorded_at
			offset 0
		) as recorded
		where recorded.target_type = 'AuditEntry'
		and recorded.action = 'audit.redaction'
		and "${schema}".audit_speaks_for(recorded.chain, entry.chain)
		and recorded.metadata @> jsonb_build_object('chain', entry.chain, 'seq', entry.seq, 'id', entry.id, 'group', redacted)
	);
end
$$;

-- Erases from a received chain what its source has erased: entries of the chain itself must say so by now, or of one that
-- goes on in its place. Each comes with the digests of its groups, which must yield its hash.
create function "${schema}".audit_receive_redactions(chain text, entries jsonb) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	wanted record;
	entry "${schema}".audit_log;
	actor bytea;
	data bytea;
	none constant bytea := decode(repeat('00', 16), 'hex');
begin
	perform "${schema}".audit_require_read_committed();
	perform "${schema}".audit_require_received('audit_receive_redactions', chain);
	if (jsonb_typeof(entries) = 'array') is not true then
		raise exception 'audit_receive_redactions takes an array of entries' using errcode = 'invalid_parameter_value';
	end if;
	lock table "${schema}".audit_legal_hold in share mode;
	perform from "${schema}".audit_chain c where c.name = $1 for update;
	for wanted in
		select e.seq, e.id, e.redacted, decode(e.actor, 'hex') as actor, decode(e.data, 'hex') as data
		from jsonb_to_recordset(entries) as e (seq bigint, id uuid, redacted text, actor text, data text)
		order by e.seq
	loop
		if (wanted.redacted in ('actor', 'data')) is not true then
			raise exception 'a redaction takes the group "actor" or "data"' using errcode = 'invalid_parameter_value';
		end if;
		select l.* into entry
		from "${schema}".audit_log l
		where l.chain = $1 and l.seq = wanted.seq and l.id = wanted.id;
		if entry.seq is null or (wanted.redacted = 'actor' and entry.actor_digest is not null)
			or (wanted.redacted = 'data' and entry.data_digest is not null)
		then
			-- It may be in quarantine only, also if the entry itself is in the archive by now.
			continue when not exists (
				select from (
					select l.chain, l.action, l.target_type, l.metadata
					from "${schema}".audit_log l
					where l.target_id = wanted.id::text
					offset 0
				) as said
				where said.target_type = 'AuditEntry'
				and said.action = 'audit.redaction'
				and said.metadata @> jsonb_build_object('chain', $1, 'seq', wanted.seq, 'group', wanted.redacted)
				and "${schema}".audit_speaks_for(said.chain, $1)
			);
			if exists (
				select from "${schema}".audit_received_quarantine q
				where q.chain = $1 and q.seq = wanted.seq and q.id = wanted.id and q.redacted = wanted.redacted
			) and ("${schema}".audit_is_held(entry) or "${schema}".audit_quarantine_is_held(wanted.id, wanted.seq)) then
				raise exception 'a legal hold keeps entry % of chain "%", of which its source has erased a part', wanted.seq,
					chain using errcode = 'object_in_use';
			end if;
			delete from "${schema}".audit_received_quarantine q
			where q.chain = $1 and q.seq = wanted.seq and q.id = wanted.id and q.redacted = wanted.redacted;
			perform "${schema}".audit_end_request($1, wanted.seq, wanted.id, wanted.redacted);
			continue;
		end if;
		if not "${schema}".audit_is_said_erased(entry, wanted.redacted) then
			raise exception 'a part of entry % of chain "%" is said to be erased by an entry that is not about it', entry.seq, chain
				using errcode = 'object_not_in_prerequisite_state';
		end if;
		if "${schema}".audit_is_held(entry) then
			raise exception 'a legal hold keeps entry % of chain "%", of which its source has erased a part', entry.seq, chain
				using errcode = 'object_in_use';
		end if;
		actor := coalesce(entry.actor_digest, wanted.actor);
		data := coalesce(entry.data_digest, wanted.data);
		if actor is null or data is null or "${schema}".audit_entry_hash(entry, actor, data) <> entry.hash then
			raise exception 'entry % of chain "%" is not as it was received: nothing is erased from it', entry.seq, chain
				using errcode = 'object_not_in_prerequisite_state';
		end if;
		if wanted.redacted = 'actor' then
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
		perform "${schema}".audit_end_request($1, wanted.seq, wanted.id, wanted.redacted);
	end loop;
end
$$;

-- What the database here cannot hold of received entries, as in another encoding: for each group its half of the salt and
-- its canonical form in UTF-8, of which its digest is made.
create table "${schema}".audit_received_quarantine (
	chain          text        not null,
	seq            bigint      not null,
	id             uuid        not null,
	redacted       text        not null check (redacted in ('actor', 'data')),
	content        bytea       not null,
	reason         text        not null,
	quarantined_at timestamptz not null default clock_timestamp(),
	primary key (chain, seq, redacted)
) with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0, vacuum_index_cleanup = on);

-- Is something of this entry in quarantine?
create index audit_received_quarantine_id on "${schema}".audit_received_quarantine (id);

-- Whether a hold concerns what is in quarantine of an entry. The database cannot read it, but compare its bytes with those
-- that the canonical form has for what is on hold.
create function "${schema}".audit_quarantine_is_held(entry uuid, seq bigint) returns boolean
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select from "${schema}".audit_received_quarantine q cross join "${schema}".audit_legal_hold hold
		where q.id = $1 and q.seq = $2 and case q.redacted
			when 'actor' then
				position(convert_to('"id":' || to_json(hold.actor_id), 'UTF8') in q.content) > 0
				or position(convert_to('"impersonator":' || to_json(hold.actor_id), 'UTF8') in q.content) > 0
			else position(convert_to('{"id":' || to_json(hold.target_id) || ',"type":' || to_json(hold.target_type) || '}',
				'UTF8') in q.content) > 0
				or (position(convert_to('{"id":' || to_json(hold.actor_id) || ',"type":"Agent"}', 'UTF8') in q.content) > 0
					and position(convert_to('"delegation":[', 'UTF8') in q.content) > 0)
		end
	)
$$;

-- As before, and by who acts for its actor, or has others act, and by what is in quarantine of it.
create or replace function "${schema}".audit_is_held(entry "${schema}".audit_log) returns boolean
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select from "${schema}".audit_legal_hold hold
		where hold.actor_id in (entry.actor_id, entry.impersonator_id)
		or (hold.target_type = entry.target_type and hold.target_id = entry.target_id)
		or entry.related @> jsonb_build_array(jsonb_build_object('type', hold.target_type, 'id', hold.target_id))
		or (entry.related @> jsonb_build_array(jsonb_build_object('type', 'Agent', 'id', hold.actor_id))
			and entry.metadata @> jsonb_build_object('delegation', jsonb_build_array(hold.actor_id)))
	) or "${schema}".audit_quarantine_is_held(entry.id, entry.seq)
$$;

-- As before, and by who acts for actors, or has others act, all of whom are related, too, which an index knows; and by what
-- is in quarantine of entries of the month.
create or replace function "${schema}".audit_month_is_held(month date) returns boolean
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	with entry as not materialized (
		select l.chain, l.seq, l.actor_id, l.impersonator_id, l.target_type, l.target_id, l.related, l.metadata
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
		or exists (
			select from "${schema}".audit_legal_hold hold join entry
			on entry.related @> jsonb_build_array(jsonb_build_object('type', 'Agent', 'id', hold.actor_id))
			and entry.metadata @> jsonb_build_object('delegation', jsonb_build_array(hold.actor_id))
			where entry.related is not null
		)
		or exists (
			select from "${schema}".audit_received_quarantine q
			where "${schema}".audit_quarantine_is_held(q.id, q.seq)
			-- Without an offset the planner might read the whole month.
			and exists (select from entry where entry.chain = q.chain and entry.seq = q.seq offset 0)
		)
	)
$$;

alter function "${schema}".audit_retire(date, boolean, jsonb, jsonb) rename to audit_retire_month;

-- As before, but that what is in quarantine of entries that are dropped is dropped, too, unless they are in the archive: there
-- is only the digest of it.
create function "${schema}".audit_retire(month date, drops boolean, retirements jsonb, requested_by jsonb) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	perform "${schema}".audit_retire_month(month, drops, retirements, requested_by);
	if drops then
		delete from "${schema}".audit_received_quarantine q
		using jsonb_to_recordset(retirements) as gone (chain text, "firstSeq" bigint, "lastSeq" bigint)
		where q.chain = gone.chain and q.seq between gone."firstSeq" and gone."lastSeq" and not exists (
			select from "${schema}".audit_archived a
			where a.chain = q.chain and q.seq between a.first_seq and a.last_seq
		);
	end if;
end
$$;

-- Keeps groups in quarantine in whose place their digests were stored, and records each.
create function "${schema}".audit_receive_quarantine(chain text, groups jsonb, requested_by jsonb) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	refused record;
begin
	perform "${schema}".audit_require_received('audit_receive_quarantine', chain);
	for refused in
		select g.seq, g.id, g.redacted, decode(g.content, 'hex') as content, g.reason
		from jsonb_to_recordset(groups) as g (seq bigint, id uuid, redacted text, content text, reason text)
		order by g.seq, g.redacted
	loop
		if not exists (
			select from "${schema}".audit_log l
			where l.chain = $1 and l.seq = refused.seq and l.id = refused.id
			and case refused.redacted when 'actor' then l.actor_digest when 'data' then l.data_digest end = sha256(refused.content)
		) then
			raise exception 'what is to be kept of entry % of chain "%" is not what its digest is of', refused.seq, chain
				using errcode = 'invalid_parameter_value';
		end if;
		insert into "${schema}".audit_received_quarantine (chain, seq, id, redacted, content, reason)
		values ($1, refused.seq, refused.id, refused.redacted, refused.content, refused.reason);
		perform "${schema}".audit_append_own('local', 'audit.quarantined', 'AuditEntry', refused.id::text, jsonb_build_object(
			'chain', $1, 'seq', refused.seq, 'id', refused.id, 'group', refused.redacted, 'reason', refused.reason),
			requested_by);
	end loop;
end
$$;

-- Keeps what a source signed of its chain as it is here. Whether the signature is right the database cannot tell.
create function "${schema}".audit_receive_note(chain text, note text) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	known record;
	lines text[] := string_to_array(note, e'\n');
begin
	perform "${schema}".audit_require_received('audit_receive_note', chain);
	select c.size, c.origin into strict known from "${schema}".audit_chain c where c.name = $1 for update;
	if (octet_length(note) <= 100000 and lines[1] = known.origin || '/' || chain and lines[2] = known.size::text
		and note ~ e'\n\n([^ \n]+ [^ \n]+ [A-Za-z0-9+/=]+\n)+$') is not true
	then
		raise exception 'audit_receive_note takes a signed note of %/% of size %', known.origin, chain, known.size
			using errcode = 'check_violation';
	end if;
	update "${schema}".audit_received r
	set note = audit_receive_note.note, received_at = clock_timestamp()
	where r.chain = $1;
end
$$;

-- Stops to receive a chain of which its source signed two histories, and keeps the evidence. Says whether it was not
-- parked yet.
create function "${schema}".audit_park(chain text, seq bigint, ours bytea, theirs bytea, note text, reason text,
		requested_by jsonb) returns boolean
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	before record;
begin
	perform "${schema}".audit_require_received('audit_park', chain);
	if (octet_length(note) <= 100000 and length(reason) between 1 and 10000
		and octet_length(coalesce(ours, '')) <= 32 and octet_length(coalesce(theirs, '')) <= 32) is not true
	then
		raise exception 'audit_park takes the signed note that contradicts chain "%", a reason, and hashes', chain
			using errcode = 'invalid_parameter_value';
	end if;
	perform from "${schema}".audit_chain c where c.name = $1 for update;
	select r.parked_at, r.note into strict before from "${schema}".audit_received r where r.chain = $1;
	if before.parked_at is not null then
		return false;
	end if;
	insert into "${schema}".audit_fork (chain, seq, ours, theirs, note, our_note)
	values ($1, $2, $3, $4, $5, before.note);
	update "${schema}".audit_received r set parked_at = clock_timestamp(), parked_for = reason where r.chain = $1;
	perform "${schema}".audit_append_own('local', 'audit.chain.parked', 'AuditChain', $1, jsonb_strip_nulls(
		jsonb_build_object('chain', $1, 'seq', $2, 'reason', reason)), requested_by);
	return true;
end
$$;

-- At a source: what the ledger that receives its chains signed of them. Whose signature it is the database cannot tell;
-- whoever relies on a receipt verifies it, and compares its root with the entries here.
create table "${schema}".audit_receipt (
	chain    text        not null,
	kind     text        not null check (kind in ('stored', 'safe')),
	size     bigint      not null check (size >= 0),
	note     text        not null,
	given_at timestamptz not null default clock_timestamp(),
	primary key (chain, kind)
);

-- For the centre: leaves its receipt.
create function "${schema}".audit_take_receipt(chain text, kind text, note text) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	if (kind in ('stored', 'safe') and octet_length(note) <= 100000
		and note ~ e'^audit-receipt/[^\n]+\n(0|[1-9][0-9]{0,17})\n[A-Za-z0-9+/]{43}=\n\n([^ \n]+ [^ \n]+ [A-Za-z0-9+/=]+\n)+$'
		and exists (select from "${schema}".audit_chain c where c.name = $1 and c.origin is null)) is not true
	then
		raise exception 'audit_take_receipt takes a chain of this ledger, "stored" or "safe", and a signed receipt'
			using errcode = 'invalid_parameter_value';
	end if;
	insert into "${schema}".audit_receipt as r (chain, kind, size, note)
	values ($1, $2, split_part($3, e'\n', 2)::bigint, $3)
	on conflict on constraint audit_receipt_pkey
	do update set size = excluded.size, note = excluded.note, given_at = excluded.given_at;
end
$$;

-- At the centre: what is to be erased of a received chain, which its source is asked for. At the source: what it is asked
-- for, with the note by which the centre signed it.
create table "${schema}".audit_request (
	chain    text        not null,
	seq      bigint      not null,
	id       uuid        not null,
	redacted text        not null check (redacted in ('actor', 'data')),
	reason   text        not null check (length(reason) between 1 and 10000),
	note     text check (octet_length(note) <= 100000),
	asked_at timestamptz not null default clock_timestamp(),
	primary key (chain, seq, redacted)
);

-- At the centre, of what is erased, or cannot be: nobody is asked for it any more.
create function "${schema}".audit_end_request(chain text, seq bigint, id uuid, redacted text) returns void
	language sql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
	delete from "${schema}".audit_request r
	where r.chain = $1 and r.seq = $2 and r.id = $3 and r.redacted = $4 and r.note is null
$$;

-- At the centre: what was asked of sources that cannot erase it any more, as they are gone for good, or have retired it since.
-- The centre erases it by itself then, as it erases what it is asked for from then on.
create function "${schema}".audit_abandoned_requests()
	returns table (chain text, seq bigint, id uuid, redacted text, reason text, archived boolean)
	language sql
	stable
	security definer
	set search_path = pg_catalog, pg_temp
as $$
	select r.chain, r.seq, r.id, r.redacted, r.reason, exists (
		select from "${schema}".audit_archived a where a.chain = r.chain and r.seq between a.first_seq and a.last_seq
	)
	from "${schema}".audit_request r join "${schema}".audit_received c on c.chain = r.chain
	where r.note is null and (c.gone_at is not null or r.seq < c.erases_from)
	order by r.reason, r.redacted, r.chain, r.seq
$$;

-- At a source: which hold of the centre a hold is.
alter table "${schema}".audit_legal_hold add column centre_hold bigint unique;

-- From which place on the source of a received chain erases its entries: what it has retired it has no more. Null if
-- nobody else erases any, as the chain is not received, or its source is gone for good.
create function "${schema}".audit_source_erases_from(chain text) returns bigint
	language sql
	stable
	security definer
	set search_path = pg_catalog, pg_temp
as $$
	select r.erases_from from "${schema}".audit_received r where r.chain = $1 and r.gone_at is null
$$;

-- Remembers up to where the source of a received chain has retired entries: an entry of the chain must say so, or of one
-- that goes on in its place. Of what is not here yet nothing is retired.
create function "${schema}".audit_receive_retirement(speaker text, chain text, last_seq bigint) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	perform "${schema}".audit_require_received('audit_receive_retirement', $1);
	update "${schema}".audit_received r
	set erases_from = least($3, c.size - 1) + 1
	from "${schema}".audit_chain c
	where r.chain = $2 and c.name = $2 and $3 < c.size and $3 >= r.erases_from
	and "${schema}".audit_speaks_for($1, $2) and exists (
		select from "${schema}".audit_log said
		where said.chain = $1 and said.action = 'audit.retirement'
		and said.metadata @> jsonb_build_object('chain', $2, 'lastSeq', $3)
	);
end
$$;

-- Asks the source of a received chain to erase a group of entries, and records that in the chain "local". Says of each
-- entry what becomes of it: asked, or why it is left as it is. In the archive, whoever asks has looked.
create function "${schema}".audit_ask_redaction(chain text, entries jsonb, redacted text, reason text, requested_by jsonb)
	returns table (id uuid, result text)
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	wanted record;
	entry "${schema}".audit_log;
	known boolean;
begin
	perform "${schema}".audit_require_received('audit_ask_redaction', $1);
	if (redacted in ('actor', 'data') and length(reason) between 1 and 10000) is not true then
		raise exception 'a redaction takes the group "actor" or "data", and a reason'
			using errcode = 'invalid_parameter_value';
	end if;
	lock table "${schema}".audit_legal_hold in share mode;
	for wanted in
		select distinct on (e.seq, e.id) e.seq, e.id
		from jsonb_to_recordset(entries) as e (seq bigint, id uuid)
		order by e.seq, e.id
	loop
		select l.* into entry
		from "${schema}".audit_log l
		where l.chain = $1 and l.seq = wanted.seq and l.id = wanted.id;
		id := wanted.id;
		result := case
			when entry.seq is null and not exists (
				select from "${schema}".audit_archived a where a.chain = $1 and wanted.seq between a.first_seq and a.last_seq
			) then 'missing'
			when case redacted when 'actor' then entry.actor_digest else entry.data_digest end is not null and not exists (
				select from "${schema}".audit_received_quarantine q
				where q.chain = $1 and q.seq = entry.seq and q.redacted = $3
			) then 'redacted'
			when redacted = 'data' and "${schema}".audit_is_control(entry.action) then 'kept'
			when "${schema}".audit_is_held(entry) or "${schema}".audit_quarantine_is_held(wanted.id, wanted.seq) then 'held'
			else 'asked'
		end;
		if result = 'asked' then
			select r.reason = $4 into known
			from "${schema}".audit_request r
			where r.chain = $1 and r.seq = wanted.seq and r.redacted = $3
			for update;
			insert into "${schema}".audit_request as r (chain, seq, id, redacted, reason)
			values ($1, wanted.seq, wanted.id, $3, $4)
			on conflict on constraint audit_request_pkey
			do update set id = excluded.id, asked_at = clock_timestamp(), reason = excluded.reason;
			if known is not true then
				perform "${schema}".audit_append_own('local', 'audit.redaction.asked', 'AuditEntry', wanted.id::text,
					jsonb_build_object('chain', $1, 'seq', wanted.seq, 'id', wanted.id, 'group', redacted, 'reason', reason),
					requested_by);
			end if;
		end if;
		return next;
	end loop;
end
$$;

-- At a source, for the centre: leaves what it asks to be erased. Nothing is erased before the application here has
-- verified who signed it.
create function "${schema}".audit_take_request(chain text, seq bigint, id uuid, redacted text, reason text, note text)
	returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
begin
	if (note is not null and exists (
		select from "${schema}".audit_log l join "${schema}".audit_chain c on c.name = l.chain and c.origin is null
		where l.chain = $1 and l.seq = $2 and l.id = $3
	)) is not true then
		raise exception 'audit_take_request takes an entry of a chain of this ledger, and a signed note'
			using errcode = 'invalid_parameter_value';
	end if;
	insert into "${schema}".audit_request as r (chain, seq, id, redacted, reason, note)
	values ($1, $2, $3, $4, $5, $6)
	on conflict on constraint audit_request_pkey
	do update set reason = excluded.reason, note = excluded.note, asked_at = excluded.asked_at
	where (r.reason, r.note) is distinct from (excluded.reason, excluded.note);
end
$$;

-- Which holds of the centre are missing here: one with the number of another hold, as of a centre that was restored, is.
create function "${schema}".audit_missing_holds(holds jsonb)
	returns table (id bigint, actor text, type text, target text, reason text)
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	select h.*
	from jsonb_to_recordset(holds) as h (id bigint, actor text, type text, target text, reason text)
	where not exists (
		select from "${schema}".audit_legal_hold k
		where k.centre_hold = h.id
		and (k.actor_id, k.target_type, k.target_id) is not distinct from (h.actor, h.type, h.target)
	)
	order by h.id
$$;

-- Which holds here were placed by the centre, and are none of its holds.
create function "${schema}".audit_lifted_holds(holds jsonb) returns setof bigint
	language sql
	stable
	set search_path = pg_catalog, pg_temp
as $$
	select k.id
	from "${schema}".audit_legal_hold k
	where k.centre_hold is not null and not exists (
		select from jsonb_to_recordset(holds) as h (id bigint, actor text, type text, target text)
		where h.id = k.centre_hold
		and (k.actor_id, k.target_type, k.target_id) is not distinct from (h.actor, h.type, h.target)
	)
	order by k.id
$$;

-- At a source, for the centre: places what the centre holds, and lifts what it does not hold any more. Each is recorded
-- in the chain. The centre asks again and again, as a source may have been restored: nothing is locked for nothing.
create function "${schema}".audit_take_holds(chain text, holds jsonb) returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	wanted record;
	lifted bigint;
	placed bigint;
begin
	perform "${schema}".audit_require_read_committed();
	if (jsonb_typeof(holds) = 'array' and exists (
		select from "${schema}".audit_chain c where c.name = $1 and c.origin is null
	)) is not true then
		raise exception 'audit_take_holds takes a chain of this ledger, and an array of holds'
			using errcode = 'invalid_parameter_value';
	end if;
	if not exists (select from "${schema}".audit_missing_holds(holds))
		and not exists (select from "${schema}".audit_lifted_holds(holds))
	then
		return;
	end if;
	lock table "${schema}".audit_legal_hold in share row exclusive mode;
	for lifted in select * from "${schema}".audit_lifted_holds(holds) loop
		update "${schema}".audit_legal_hold set centre_hold = null where id = lifted;
		perform "${schema}".audit_release($1, lifted, 'The centre does not hold it any more', "${schema}".audit_by_owner(null));
	end loop;
	for wanted in select * from "${schema}".audit_missing_holds(holds) loop
		placed := "${schema}".audit_hold($1, wanted.actor, wanted.type, wanted.target, wanted.reason,
			"${schema}".audit_by_owner(null));
		update "${schema}".audit_legal_hold set centre_hold = wanted.id where id = placed;
	end loop;
end
$$;

-- The longest period that an application said entries are to be kept: months are everybody's who shares the ledger. What
-- another one says later never makes it shorter.
alter table "${schema}".audit_upkeep add column kept interval;

-- The first one of the holds that were placed at once, as one.
alter table "${schema}".audit_legal_hold add column placed_with bigint;

-- Places a hold on a target under each name that entries may show of it, which is one hold for who lifts it.
create function "${schema}".audit_hold_target(chain text, types text[], target text, reason text, requested_by jsonb)
	returns bigint
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	type text;
	placed bigint;
	first bigint;
begin
	if (cardinality(types) > 0) is not true then
		raise exception 'audit_hold_target takes at least one type' using errcode = 'invalid_parameter_value';
	end if;
	foreach type in array types loop
		placed := "${schema}".audit_hold(chain, null, type, target, reason, requested_by);
		first := coalesce(first, placed);
		update "${schema}".audit_legal_hold set placed_with = first where id = placed and first <> placed;
	end loop;
	return first;
end
$$;

-- As before, but for all that were placed at once.
create or replace function "${schema}".audit_release(chain text, hold bigint, reason text, requested_by jsonb) returns boolean
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
	hold := coalesce((select k.placed_with from "${schema}".audit_legal_hold k where k.id = hold), hold);
	for lifted in delete from "${schema}".audit_legal_hold k where hold in (k.id, k.placed_with) returning * loop
		perform "${schema}".audit_append_own(chain, 'audit.release', lifted.target_type, lifted.target_id,
			jsonb_strip_nulls(jsonb_build_object('hold', lifted.id, 'actor', lifted.actor_id, 'reason', reason)),
			requested_by);
	end loop;
	return found;
end
$$;

-- The root over the first entries of a chain, of the tree and the entries that are not in it yet: null, or another one,
-- where some are missing, or many were never signed.
create function "${schema}".audit_root_of(chain text, size bigint) returns bytea
	language plpgsql
	stable
	set search_path = pg_catalog, pg_temp
as $$
declare
	edges bytea[] := '{}';
	height integer := 0;
	place bigint;
	width integer;
	tile bytea;
begin
	while height < 7 and $2 >> (8 * height) > 0 loop
		place := $2 >> (8 * (height + 1));
		width := (($2 >> (8 * height)) & 255)::integer;
		tile := (select t.hashes from "${schema}".audit_tile t where t.chain = $1 and t.level = height and t.index = place);
		if tile is null and height = 1 then
			-- The newest tiles are not stored before they are signed.
			tile := coalesce((
				select string_agg("${schema}".audit_subtree_root(coalesce(t.hashes,
					"${schema}".audit_hashes_below($1, 0, i << 8, (i + 1) << 8))), ''::bytea order by i)
				from generate_series(place << 8, (place << 8) + width - 1) as i
					left join "${schema}".audit_tile t on t.chain = $1 and t.level = 0 and t.index = i
			), ''::bytea);
		end if;
		edges := array_append(edges, substring(
			coalesce(tile, "${schema}".audit_tile_begins($1, height, place, width)) for 32 * width));
		height := height + 1;
	end loop;
	return "${schema}".audit_tree_root(edges);
end
$$;

-- A chain that has the entries of its receipt goes on as it is.
create function "${schema}".audit_require_behind(chain text, note text) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	lines text[] := string_to_array(note, e'\n');
begin
	if exists (select from "${schema}".audit_chain c where c.name = $1 and c.size >= lines[2]::bigint)
		and "${schema}".audit_root_of($1, lines[2]::bigint) = decode(lines[3], 'base64')
	then
		raise exception 'chain "%" has the % entries that its receipt is of: it can go on as it is', chain, lines[2]
			using errcode = 'object_not_in_prerequisite_state';
	end if;
end
$$;

-- Closes a chain without a word in it, as what came to it here is not what is known of it elsewhere, and begins the one in
-- which it goes on. Its first entry says what is known of the one before, and by which receipt of which chain.
create function "${schema}".audit_begin_successor(chain text, successor text, note text, checkpoint text, reason text,
	requested_by jsonb) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	known record;
	signed record;
	receipt text[] := string_to_array(note, e'\n');
	remembered text[] := string_to_array(checkpoint, e'\n');
	stored_of text;
begin
	select r.chain into stored_of from "${schema}".audit_receipt r where r.kind = 'stored' and r.note = $3;
	select c.size, c.head into strict known from "${schema}".audit_chain c where c.name = $1;
	select c.size, c.root into signed
	from "${schema}".audit_checkpoint c
	where c.chain = $1
	order by c.size desc
	limit 1;
	perform "${schema}".audit_append_own(successor, 'audit.chain.continued', 'AuditChain', successor, jsonb_strip_nulls(
		jsonb_build_object('chain', successor, 'ledger', "${schema}".audit_ledger_id(successor), 'predecessor', chain,
			'size', known.size, 'head', encode(known.head, 'hex'),
			'signedSize', coalesce(remembered[2]::bigint, signed.size),
			'signedRoot', encode(coalesce(decode(remembered[3], 'base64'), signed.root), 'hex'),
			'storedChain', nullif(stored_of, chain), 'storedSize', receipt[2]::bigint,
			'storedRoot', encode(decode(receipt[3], 'base64'), 'hex'),
			'reason', reason)), "${schema}".audit_by_owner(requested_by));
	update "${schema}".audit_chain c
	set closed_at = coalesce(c.closed_at, clock_timestamp()), successor = $2
	where c.name = $1;
end
$$;

-- For the owner of a source whose database was restored: begins the chain in which it goes on, where the application does
-- not do so by itself.
create function "${schema}".audit_continue_chain(chain text, successor text, reason text, requested_by jsonb default null)
	returns void
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	known record;
	receipt text;
begin
	select c.size, c.successor into known
	from "${schema}".audit_chain c
	where c.name = $1 and c.origin is null
	for update;
	if not found or chain = 'root' then
		raise exception 'audit_continue_chain takes a chain of this ledger, not "%"', left(coalesce(chain, 'null'), 200)
			using errcode = 'invalid_parameter_value';
	elsif known.successor is not null then
		raise exception 'chain "%" goes on as "%" already', chain, known.successor
			using errcode = 'object_not_in_prerequisite_state';
	elsif (successor ~ '@[1-9][0-9]{0,8}$' and successor <> chain
		and regexp_replace(successor, '@[0-9]+$', '') = regexp_replace(chain, '@[1-9][0-9]{0,8}$', '')
		and not exists (select from "${schema}".audit_chain c where c.name = $2 and c.size > 0)) is not true
	then
		raise exception 'audit_continue_chain takes the name of a chain that has no entries yet, such as "%", not "%"',
			"${schema}".audit_next_name(chain), left(coalesce(successor, 'null'), 200)
			using errcode = 'invalid_parameter_value';
	end if;
	select r.note into receipt from "${schema}".audit_receipt r where r.chain = $1 and r.kind = 'stored';
	perform "${schema}".audit_require_behind(chain, receipt);
	perform "${schema}".audit_begin_successor(chain, successor, receipt, null, reason, requested_by);
end
$$;

-- Lets a chain go on under a later name, as the ledger that receives it knows other entries of it than are here; or as its
-- own application has signed others, if a checkpoint is given: for the application, which has verified who signed these
-- notes, and their roots. The receipt may be one of a chain in whose place this one goes on. Whichever instance comes first
-- does it; says the name.
create function "${schema}".audit_continue_behind(chain text, note text, checkpoint text, successor text,
	requested_by jsonb) returns text
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	known record;
begin
	select c.size, c.successor into known
	from "${schema}".audit_chain c
	where c.name = $1 and c.origin is null
	for update;
	if known.successor is not null then
		return known.successor;
	elsif not found or chain = 'root' or not "${schema}".audit_may_go_on(chain, $4) or not exists (
		select from "${schema}".audit_receipt r
		where r.kind = 'stored' and r.note = $2 and "${schema}".audit_current_chain(r.chain) = $1
	) or (checkpoint !~ e'^[^\n]+\n(0|[1-9][0-9]{0,17})\n[A-Za-z0-9+/]{43}=\n\n([^ \n]+ [^ \n]+ [A-Za-z0-9+/=]+\n)+$'
		or octet_length(checkpoint) > 100000) is true
	then
		raise exception 'audit_continue_behind takes a chain of this ledger, and its receipt, and the name under which it goes on'
			using errcode = 'invalid_parameter_value';
	elsif exists (select from "${schema}".audit_chain c where c.name = $4 and c.size > 0) then
		raise exception 'chain "%" cannot go on as "%", as there is such a chain', chain, $4
			using errcode = 'object_not_in_prerequisite_state';
	end if;
	perform "${schema}".audit_require_behind(chain, coalesce(checkpoint, note));
	perform "${schema}".audit_begin_successor(chain, $4, note, checkpoint, format(
		'Of this chain %s entries %s that are not all here, where it has %s',
		split_part(coalesce(checkpoint, note), e'\n', 2),
		case when checkpoint is null then 'are stored elsewhere' else 'were signed' end, known.size), requested_by);
	return $4;
end
$$;

-- What is done to a chain is recorded at its end, or where that may be: a chain that is received is its source's, and one
-- that is closed does not grow.
create or replace function "${schema}".audit_append_own(chain text, action text, target_type text, target_id text,
		metadata jsonb, requested_by jsonb) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
begin
	perform "${schema}".audit_check_own(action, metadata, requested_by);
	if action <> 'audit.chain.closed' then
		chain := "${schema}".audit_recorded_in(chain);
	end if;
	insert into "${schema}".audit_log
	select entry.*
	from "${schema}".audit_lock_chain(chain) as head
		cross join lateral "${schema}".audit_own_entry(head.name, head.size, head.head, head.recorded_at, action, target_type,
			target_id, metadata, requested_by) as entry;
end
$$;

-- As before, but for where it is recorded, and that of entries, which may be large, one at a time is in memory.
create or replace function "${schema}".audit_redact(chain text, entries jsonb, redacted text, reason text, requested_by jsonb)
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
	places bigint[] := '{}';
	ids uuid[] := '{}';
	times timestamptz[] := '{}';
	digests bytea[] := '{}';
	head record;
	own "${schema}".audit_log;
	recorded "${schema}".audit_log[] := '{}';
	recorded_in text := "${schema}".audit_recorded_in(chain);
	source_erases_from bigint := "${schema}".audit_source_erases_from(chain);
	none constant bytea := decode(repeat('00', 16), 'hex');
begin
	if redacted not in ('actor', 'data') or redacted is null or reason is null then
		raise exception 'a redaction takes the group "actor" or "data", and a reason'
			using errcode = 'invalid_parameter_value';
	end if;
	if source_erases_from is not null then
		return query
		select asked.id, asked.result
		from "${schema}".audit_ask_redaction(chain, (
			select coalesce(jsonb_agg(e), '[]')
			from jsonb_array_elements(entries) as e
			where ((e ->> 'seq')::bigint < source_erases_from) is not true
		), redacted, reason, requested_by) as asked;
		entries := (
			select coalesce(jsonb_agg(e), '[]')
			from jsonb_array_elements(entries) as e
			where (e ->> 'seq')::bigint < source_erases_from
		);
	end if;
	-- Whoever is placing a hold is waited for, and waits: what is held when this ends was not erased.
	perform "${schema}".audit_require_read_committed();
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
			when ((redacted = 'actor' and entry.actor_digest is not null)
				or (redacted = 'data' and entry.data_digest is not null)) and not exists (
				select from "${schema}".audit_received_quarantine q
				where q.chain = $1 and q.seq = entry.seq and q.redacted = $3
			) then 'redacted'
			when redacted = 'data' and "${schema}".audit_is_control(entry.action) then 'kept'
			when "${schema}".audit_is_held(entry) then 'held'
			when actor is null or data is null
				or "${schema}".audit_entry_hash(entry, actor, data) <> entry.hash then 'altered'
			else 'erased'
		end;
		if result = 'erased' then
			places := array_append(places, entry.seq);
			ids := array_append(ids, entry.id);
			times := array_append(times, entry.recorded_at);
			digests := array_append(digests, case redacted when 'actor' then actor else data end);
		end if;
		return next;
	end loop;
	if cardinality(places) = 0 then
		return;
	end if;

	-- What is recorded of them is one batch: the head of the chain moves once.
	perform "${schema}".audit_check_own('audit.redaction', jsonb_build_object('reason', reason), requested_by);
	select * into strict head from "${schema}".audit_lock_chain(recorded_in);
	recorded_in := head.name;
	for i in 1 .. cardinality(places) loop
		own := "${schema}".audit_own_entry(recorded_in, head.size, head.head, head.recorded_at, 'audit.redaction', 'AuditEntry',
			ids[i]::text,
			jsonb_build_object('chain', $1, 'seq', places[i], 'id', ids[i], 'group', redacted, 'reason', reason),
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
		from unnest(places, times, digests) as e (seq, recorded_at, digest)
		where l.chain = $1 and l.seq = e.seq and l.recorded_at = e.recorded_at
		and l.actor_digest is null;
	else
		update "${schema}".audit_log l
		set target_name = null, message = null, justification = null, error = null, before_state = null,
			after_state = null, changes = null, metadata = null, related = null,
			salt = substring(l.salt for 16) || none, data_digest = e.digest
		from unnest(places, times, digests) as e (seq, recorded_at, digest)
		where l.chain = $1 and l.seq = e.seq and l.recorded_at = e.recorded_at
		and l.data_digest is null;
	end if;
	delete from "${schema}".audit_received_quarantine q
	where q.chain = $1 and q.seq = any (places) and q.redacted = $3;
end
$$;

-- As before, but for where it may be recorded.
create or replace function "${schema}".audit_check_redaction() returns trigger
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
		and "${schema}".audit_is_said_erased(old, redacted)
	then
		return new;
	end if;
	raise exception 'audit entries cannot be changed: update on %.% is refused', tg_table_schema, tg_table_name
		using errcode = 'insufficient_privilege';
end
$$;

-- At a source: how far a chain was sent to the ledger that receives it, and which instance of the application sends it.
create table "${schema}".audit_publishing (
	chain    text        primary key,
	size     bigint      not null check (size >= 0),
	instance uuid        not null,
	until    timestamptz not null
);

-- Takes the sending of a chain for ten seconds, unless another instance has it, and says how far it was sent; null if
-- another one has it. A size that is not null is how far it has been sent by now. Two that send the same do no harm.
create function "${schema}".audit_publish(chain text, instance uuid, size bigint) returns bigint
	language plpgsql
	security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	sent bigint;
begin
	if (instance is not null and (size is null or size between 0 and coalesce((
			select c.size from "${schema}".audit_chain c where c.name = $1), 0))
		and exists (select from "${schema}".audit_chain c where c.name = $1 and c.origin is null)) is not true
	then
		raise exception 'audit_publish takes a chain of this ledger, an instance, and a size that the chain has'
			using errcode = 'invalid_parameter_value';
	end if;
	insert into "${schema}".audit_publishing as p (chain, size, instance, until)
	values ($1, coalesce($3, 0), $2, clock_timestamp() + interval '10 seconds')
	on conflict on constraint audit_publishing_pkey
	do update set size = coalesce($3, p.size), instance = $2, until = excluded.until
	where p.instance = $2 or p.until < clock_timestamp()
	returning p.size into sent;
	return sent;
end
$$;

revoke all on "${schema}".audit_publishing, "${schema}".audit_received, "${schema}".audit_received_key, "${schema}".audit_fork,
	"${schema}".audit_received_quarantine,
	"${schema}".audit_receipt, "${schema}".audit_request from public;

revoke all on function "${schema}".audit_is_quarantined(uuid), "${schema}".audit_require_received(text, text),
	"${schema}".audit_check_beside(text, text), "${schema}".audit_by_owner(jsonb),
	"${schema}".audit_check_key(text, text),
	"${schema}".audit_receive_chain(text, uuid, text, text, text, jsonb),
	"${schema}".audit_receive_key(text, text, bigint, jsonb), "${schema}".audit_unpark(text, text, jsonb),
	"${schema}".audit_source_gone(text, text, jsonb), "${schema}".audit_receive_lock(text),
	"${schema}".audit_receive_months(text, date[]), "${schema}".audit_receive_redactions(text, jsonb),
	"${schema}".audit_receive_note(text, text), "${schema}".audit_receive_quarantine(text, jsonb, jsonb),
	"${schema}".audit_retire(date, boolean, jsonb, jsonb), "${schema}".audit_retire_month(date, boolean, jsonb, jsonb),
	"${schema}".audit_park(text, bigint, bytea, bytea, text, text, jsonb),
	"${schema}".audit_take_receipt(text, text, text),
	"${schema}".audit_source_erases_from(text), "${schema}".audit_receive_retirement(text, text, bigint),
	"${schema}".audit_is_said_erased("${schema}".audit_log, text), "${schema}".audit_end_request(text, bigint, uuid, text),
	"${schema}".audit_abandoned_requests(),
	"${schema}".audit_ask_redaction(text, jsonb, text, text, jsonb),
	"${schema}".audit_take_request(text, bigint, uuid, text, text, text),
	"${schema}".audit_missing_holds(jsonb), "${schema}".audit_lifted_holds(jsonb),
	"${schema}".audit_take_holds(text, jsonb), "${schema}".audit_hold_target(text, text[], text, text, jsonb),
	"${schema}".audit_publish(text, uuid, bigint),
	"${schema}".audit_continue_chain(text, text, text, jsonb),
	"${schema}".audit_continue_behind(text, text, text, text, jsonb),
	"${schema}".audit_begin_successor(text, text, text, text, text, jsonb), "${schema}".audit_require_behind(text, text),
	"${schema}".audit_root_of(text, bigint),
	"${schema}".audit_receive_successor(text, text, uuid, jsonb), "${schema}".audit_current_chain(text),
	"${schema}".audit_lock_chain(text), "${schema}".audit_recorded_in(text),
	"${schema}".audit_speaks_for(text, text), "${schema}".audit_next_name(text),
	"${schema}".audit_may_go_on(text, text),
	"${schema}".audit_make_partition(date), "${schema}".audit_tune_partition(regclass),
	"${schema}".audit_forget(date), "${schema}".audit_quarantine_is_held(uuid, bigint)
	from public;

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
