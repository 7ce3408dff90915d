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
	actor_type         text        not null check (
		actor_type in ('user', 'system', 'api_key', 'service', 'agent', 'anonymous')),
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
	),

	-- Entries of times that no calendar in use has could not be read.
	constraint audit_log_happened_in_our_era check (
		occurred_at >= timestamptz '0001-01-01 00:00:00+00' and occurred_at < timestamptz '10000-01-01 00:00:00+00'
	)
) partition by range (recorded_at);

-- Indexes are most of what an insert costs, so each has a question to answer. All answer it newest first and page by
-- page; entries of one batch share recorded_at, so the rest of the order is sorted within a batch, and indexes of few
-- values stay small by deduplication. What an entry does not have, and what most entries are, is in no index.

-- What happened lately?
create index audit_log_recorded_at on "${schema}".audit_log (recorded_at);
-- What happened to this target?
create index audit_log_target on "${schema}".audit_log (target_type, target_id, recorded_at);
-- What happened to this one, of whatever kind it is?
create index audit_log_target_id on "${schema}".audit_log (target_id, recorded_at) where target_id is not null;
-- What happened to things of this kind?
create index audit_log_target_type on "${schema}".audit_log (target_type, recorded_at) where target_type is not null;
-- What did this actor do?
create index audit_log_actor on "${schema}".audit_log (actor_id, recorded_at);
-- When did this actor do this? A reader's own entries of one action are few among all that he did.
create index audit_log_actor_action on "${schema}".audit_log (actor_id, action, recorded_at);
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
-- What was done in this session? Services without sessions pay nothing for it.
create index audit_log_session on "${schema}".audit_log (session_id, recorded_at) where session_id is not null;
-- One entry.
create index audit_log_id on "${schema}".audit_log (id);
-- What concerned this resource, without being done to it? Few entries have any.
create index audit_log_related on "${schema}".audit_log using gin (related jsonb_path_ops) where related is not null;

-- One row a chain. Its row lock is the right to append; size and head say where the chain ends. One that is received
-- from another ledger has the origin of that ledger's checkpoints.
create table "${schema}".audit_chain (
	name        text   not null primary key,
	ledger_id   uuid   not null,
	size        bigint not null check (size >= 0),
	head        bytea  not null check (octet_length(head) = 32),
	recorded_at timestamptz,
	closed_at   timestamptz,
	origin      text
) with (fillfactor = 10, autovacuum_vacuum_threshold = 100, autovacuum_vacuum_scale_factor = 0);

-- How many chains there may be, and how many bytes the texts of an entry may have. Whoever may append may begin a chain,
-- and each is one more to sign and to verify.
create table "${schema}".audit_limit (
	name text   not null primary key,
	most bigint not null check (most >= 0)
);

insert into "${schema}".audit_limit (name, most) values ('chains', 1000), ('entry size', 16777216);

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

-- Signed checkpoints, and the Merkle tree in tiles, so that a root or a proof of any size costs a few reads, also when
-- the months of old entries are gone. Written in the background; the ledger's writer does not know of them.

create table "${schema}".audit_checkpoint (
	chain      text        not null,
	size       bigint      not null check (size > 0),
	root       bytea       not null check (octet_length(root) = 32),
	note       text        not null,
	created_at timestamptz not null default clock_timestamp(),
	primary key (chain, size)
);

-- What others signed of a checkpoint after it was made: lines of its note, which prove themselves. Whoever verifies
-- takes those of witnesses they know. One of a checkpoint that is gone does no harm.
create table "${schema}".audit_cosignature (
	chain      text        not null,
	size       bigint      not null check (size > 0),
	line       text        not null check (line ~ '^[^ \n]+ [^ +\n]+ [A-Za-z0-9+/]+=*\n$' and octet_length(line) <= 65536),
	created_at timestamptz not null default clock_timestamp()
);
-- Of a digest, as a line may be longer than a key.
create unique index audit_cosignature_key on "${schema}".audit_cosignature (chain, size, md5(line));

-- Full tiles only, of 256 hashes each: on level 0 those of the entries, on each further one the roots of the tiles
-- below (C2SP tlog-tiles, tile height 8).
create table "${schema}".audit_tile (
	chain  text     not null,
	level  smallint not null check (level between 0 and 7),
	index  bigint   not null check (index >= 0),
	hashes bytea    not null check (octet_length(hashes) = 8192),
	primary key (chain, level, index)
);
-- Hashes do not compress.
alter table "${schema}".audit_tile alter column hashes set storage external;

-- One row a chain: how many entries are in the tree, and of each level the hashes that do not fill a tile yet. Its row
-- lock is the right to make the next checkpoint. Nothing trusts it before it led to the root that was signed last.
create table "${schema}".audit_tree (
	chain text    not null primary key,
	size  bigint  not null check (size >= 0),
	edges bytea[] not null
);
alter table "${schema}".audit_tree alter column edges set storage external;

-- The root log: what the chain "root" says of all others. One row for each head that had moved when an entry of it was
-- made; the heads of all chains at that entry are each chain's newest row up to there.
create table "${schema}".audit_root_head (
	root_seq bigint  not null check (root_seq >= 0),
	chain    text    not null,
	size     bigint  not null check (size >= 0),
	root     bytea   not null check (octet_length(root) = 32),
	closed   boolean not null,
	primary key (chain, root_seq)
);
create index audit_root_head_root_seq on "${schema}".audit_root_head (root_seq);
create index audit_root_head_size on "${schema}".audit_root_head (chain, size);

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

-- Parts of trees that were none. An edge is a tile that is not full.
create table "${schema}".audit_tree_aside (
	chain        text        not null,
	level        integer     not null,
	index        bigint      not null,
	hashes       bytea       not null,
	reason       text        not null,
	set_aside_at timestamptz not null default clock_timestamp()
);

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
	),
	constraint audit_legal_hold_names_something check (
		length(coalesce(actor_id, target_id)) between 1 and 10000 and length(target_type) between 1 and 10000
	)
);

-- Which ranges of chains are in the archive, how often each was written, and the SHA-256 of what the archive says of it.
create table "${schema}".audit_archived (
	chain             text        not null,
	first_seq         bigint      not null,
	last_seq          bigint      not null,
	generation        integer     not null,
	manifest          text        not null,
	first_recorded_at timestamptz not null,
	last_recorded_at  timestamptz not null,
	primary key (chain, first_seq, generation),
	constraint audit_archived_is_a_range check (first_seq between 0 and last_seq and generation >= 1),
	constraint audit_archived_has_a_digest check (manifest ~ '^[0-9a-f]{64}$')
);

-- When the upkeep of the ledger is due again. Whoever moves that time on does it: one instance.
create table "${schema}".audit_upkeep (
	name   text        not null primary key,
	due_at timestamptz not null
);

insert into "${schema}".audit_upkeep (name, due_at)
values ('retention', clock_timestamp()), ('activity', clock_timestamp());

-- What somebody wants to do and another person is to allow. Not part of the ledger, whose entries tell of each step.
create table "${schema}".audit_approval (
	id            uuid        not null primary key,
	action        text        not null,
	reason        text,
	arguments     text        not null,
	digest        text        not null,
	requester     text        not null,
	agent         text,
	requested_at  timestamptz not null,
	status        text        not null check (status in ('pending', 'granted', 'rejected', 'used')),
	decided_by    text,
	justification text
);

create index audit_approval_digest on "${schema}".audit_approval (digest, requested_at);
create index audit_approval_pending on "${schema}".audit_approval (requested_at) where status = 'pending';

-- The key of the digests that stand for secret identifiers (HMAC with SHA-256), where the application has none of its own
-- in audit.masking.key. Made once, so that all instances and services show the same digests; 244 random bits. Who may
-- read the log must not read it: with it one can try which secret a digest is of.
create table "${schema}".audit_masking_key (
	only_one boolean primary key default true check (only_one),
	value    bytea not null check (octet_length(value) = 32)
);

insert into "${schema}".audit_masking_key (value)
values (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

revoke all on "${schema}".audit_log, "${schema}".audit_chain, "${schema}".audit_limit,
	"${schema}".audit_outbox, "${schema}".audit_quarantine, "${schema}".audit_checkpoint,
	"${schema}".audit_cosignature, "${schema}".audit_tile, "${schema}".audit_tree, "${schema}".audit_root_head,
	"${schema}".audit_checkpoint_aside, "${schema}".audit_tree_aside, "${schema}".audit_legal_hold,
	"${schema}".audit_archived, "${schema}".audit_upkeep, "${schema}".audit_approval,
	"${schema}".audit_masking_key
	from public;
