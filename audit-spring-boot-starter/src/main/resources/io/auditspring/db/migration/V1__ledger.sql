-- The ledger, format version 1. Everything here works without superuser and without extensions.

-- What is searched for is compared byte by byte, "C": so indexes cost less than with the rules of a language, and the
-- same in each database.
create table "${schema}".audit_log (
	chain              text        not null,
	seq                bigint      not null check (seq >= 0),
	id                 uuid        not null,
	recorded_at        timestamptz not null,
	occurred_at        timestamptz not null,
	service            text collate "C",
	tenant             text collate "C",
	operation_id       uuid        not null,
	actor_type         text        not null check (actor_type in ('user', 'system', 'api_key')),
	actor_id           text collate "C",
	actor_name         text,
	impersonator_id    text,
	action             text collate "C" not null,
	category           text collate "C",
	severity           text collate "C" not null check (severity in ('info', 'warning', 'error', 'critical')),
	outcome            text collate "C" not null check (outcome in ('success', 'failure', 'denied')),
	target_type        text collate "C",
	target_id          text collate "C",
	target_name        text,
	related            jsonb check (jsonb_typeof(related) = 'array'),
	message            text,
	justification      text,
	error              text,
	before_state       jsonb check (jsonb_typeof(before_state) = 'object'),
	after_state        jsonb check (jsonb_typeof(after_state) = 'object'),
	changes            jsonb check (jsonb_typeof(changes) = 'object'),
	metadata           jsonb check (jsonb_typeof(metadata) = 'object'),
	ip_address         inet,
	user_agent         text,
	session_id         text,
	device_fingerprint text,
	geolocation        jsonb check (jsonb_typeof(geolocation) = 'object'),
	trace_id           text collate "C",
	revision           bigint,
	duration_micros    bigint,
	hash_version       smallint    not null check (hash_version = 1),
	salt               bytea       not null check (octet_length(salt) = 32),
	actor_digest       bytea check (octet_length(actor_digest) = 32),
	data_digest        bytea check (octet_length(data_digest) = 32),
	prev_hash          bytea       not null check (octet_length(prev_hash) = 32),
	hash               bytea       not null check (octet_length(hash) = 32),

	-- Reads a chain in its order: the verifier. It cannot span months without recorded_at; that seq is unique
	-- over all of them follows from the head lock, and is verified.
	constraint audit_log_pkey primary key (chain, seq, recorded_at),

	-- A digest stands where a redaction took the columns of its group, and only there.
	constraint audit_log_actor_present_or_redacted check (
		case
			when actor_digest is null then actor_id is not null
			else num_nonnulls(actor_id, actor_name, impersonator_id, ip_address, user_agent, session_id,
				device_fingerprint, geolocation) = 0
		end
	),
	constraint audit_log_data_present_or_redacted check (
		data_digest is null
		or num_nonnulls(target_name, message, justification, error, before_state, after_state, changes, metadata,
			related) = 0
	),
	constraint audit_log_system_actor check (
		actor_type <> 'system' or actor_id = 'system' or actor_digest is not null
	),
	constraint audit_log_ip_is_one_address check (
		masklen(ip_address) = case family(ip_address) when 4 then 32 else 128 end
	)
) partition by range (recorded_at);

-- Indexes are most of what an insert costs, so each has a question to answer. All answer it newest first and page by
-- page; entries of one batch share recorded_at, so the rest of the order is sorted within a batch, and indexes of few
-- values stay small by deduplication. What an entry does not have, and what most entries are, is in no index.

-- What happened lately?
create index audit_log_recorded_at on "${schema}".audit_log (recorded_at);
-- What happened to this target?
create index audit_log_target on "${schema}".audit_log (target_type, target_id, recorded_at);
-- What happened to things of this kind?
create index audit_log_target_type on "${schema}".audit_log (target_type, recorded_at) where target_type is not null;
-- What did this actor do?
create index audit_log_actor on "${schema}".audit_log (actor_id, recorded_at);
-- Who did this?
create index audit_log_action on "${schema}".audit_log (action, recorded_at);
create index audit_log_category on "${schema}".audit_log (category, recorded_at) where category is not null;
-- What went wrong, what was grave?
create index audit_log_outcome on "${schema}".audit_log (outcome, recorded_at) where outcome <> 'success';
create index audit_log_severity on "${schema}".audit_log (severity, recorded_at) where severity <> 'info';
-- Whom does it belong to? Nobody is an answer, too.
create index audit_log_tenant on "${schema}".audit_log (tenant, recorded_at);
create index audit_log_service on "${schema}".audit_log (service, recorded_at) where service is not null;
-- Where did it come from?
create index audit_log_ip_address on "${schema}".audit_log (ip_address, recorded_at) where ip_address is not null;
-- What else belongs to this operation, to this request? Few entries each: they are sorted when they are read.
create index audit_log_operation on "${schema}".audit_log (operation_id);
create index audit_log_trace on "${schema}".audit_log (trace_id) where trace_id is not null;
-- One entry.
create index audit_log_id on "${schema}".audit_log (id);
-- What concerned this resource, without being done to it? Few entries have any.
create index audit_log_related on "${schema}".audit_log using gin (related jsonb_path_ops) where related is not null;

-- One row a chain. Its row lock is the right to append; size and head say where the chain ends.
create table "${schema}".audit_chain (
	name        text   not null primary key,
	ledger_id   uuid   not null,
	size        bigint not null check (size >= 0),
	head        bytea  not null check (octet_length(head) = 32),
	recorded_at timestamptz
) with (fillfactor = 10, autovacuum_vacuum_threshold = 100, autovacuum_vacuum_scale_factor = 0);

-- Entries staged by business transactions until the relay moves them to the ledger. The key serves "the oldest of
-- this chain" and deleting them; a second index would be paid by every business transaction. Rows live for moments,
-- so vacuum comes by count, not by share of the table.
create table "${schema}".audit_outbox (
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

-- Entries the database refused, with the reason.
create table "${schema}".audit_quarantine (
	id             bigint      not null generated always as identity primary key,
	chain          text        not null,
	entries        text        not null,
	reason         text        not null,
	quarantined_at timestamptz not null default clock_timestamp()
);

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

-- Makes sure that the partition of a month exists (UTC; any day of it). Runs with the owner's rights, so that a
-- writer needs no others than to insert. Attaching takes SHARE UPDATE EXCLUSIVE on the parent: inserts and reads go
-- on, and taking that lock first lets concurrent callers find the partition made by whoever came before.
create function "${schema}".audit_ensure_partition(month date) returns void
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

revoke all on "${schema}".audit_log, "${schema}".audit_chain, "${schema}".audit_outbox, "${schema}".audit_quarantine
	from public;
revoke all on function "${schema}".audit_refuse_change(), "${schema}".audit_refuse_second_beginning(),
	"${schema}".audit_ensure_partition(date) from public;

do $$
begin
	perform "${schema}".audit_ensure_partition((clock_timestamp() at time zone 'UTC')::date);
end
$$;
