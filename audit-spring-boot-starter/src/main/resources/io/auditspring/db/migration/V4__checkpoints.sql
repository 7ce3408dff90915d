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

create trigger audit_checkpoint_append_only
	before update or delete or truncate on "${schema}".audit_checkpoint
	for each statement execute function "${schema}".audit_refuse_change();
alter table "${schema}".audit_checkpoint enable always trigger audit_checkpoint_append_only;

create trigger audit_tile_append_only
	before update or delete or truncate on "${schema}".audit_tile
	for each statement execute function "${schema}".audit_refuse_change();
alter table "${schema}".audit_tile enable always trigger audit_tile_append_only;

revoke all on "${schema}".audit_checkpoint, "${schema}".audit_tile, "${schema}".audit_tree from public;
