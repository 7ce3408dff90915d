-- Checkpoints, and the tree below them, are looked at by the database as entries are: what a writer may insert is what
-- the entries say. Who signed a checkpoint the database cannot tell; everything else it can.

-- The root over hashes that fill a subtree (RFC 6962, section 2.1): their number is a power of two.
create function "${schema}".audit_subtree_root(hashes bytea) returns bytea
	language plpgsql
	immutable
	set search_path = pg_catalog, pg_temp
	set standard_conforming_strings = on
as $$
declare
	level bytea := hashes;
begin
	while octet_length(level) > 32 loop
		level := (
			select string_agg(sha256(decode('01', 'hex') || substring(level from 64 * i + 1 for 64)), ''::bytea order by i)
			from generate_series(0, octet_length(level) / 64 - 1) as i
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
	set standard_conforming_strings = on
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
	set standard_conforming_strings = on
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
	set standard_conforming_strings = on
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
	set standard_conforming_strings = on
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
	set standard_conforming_strings = on
as $$
declare
	entries bigint;
	before bigint;
	levels integer := 0;
	fault text;
begin
	select t.size into before from "${schema}".audit_tree t where t.chain = new.chain for update;
	if tg_op = 'INSERT' and before is not null then
		-- Another signer made it meanwhile: the primary key decides.
		return new;
	end if;
	select c.size into entries from "${schema}".audit_chain c where c.name = new.chain;
	while levels < 7 and new.size >> (8 * levels) > 0 loop
		levels := levels + 1;
	end loop;
	fault := case
		when tg_op = 'UPDATE' and new.chain is distinct from old.chain then 'it is of another chain'
		when (new.size between 0 and coalesce(entries, 0)) is not true
			then 'the chain has ' || coalesce(entries, 0) || ' entries'
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
	set standard_conforming_strings = on
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

-- Parts of trees that were none. An edge is a tile that is not full.
create table "${schema}".audit_tree_aside (
	chain        text        not null,
	level        integer     not null,
	index        bigint      not null,
	hashes       bytea       not null,
	reason       text        not null,
	set_aside_at timestamptz not null default clock_timestamp()
);

-- Makes a chain's tree anew as it was at its newest checkpoint: from the entries, and from the tiles where entries were
-- retired. For the owner, after a verification has named a tile or the edge, or what is no checkpoint was set aside.
-- What was otherwise is kept. Changes nothing if that does not lead to the root of the checkpoint. Says how many tiles
-- and edges were replaced.
create function "${schema}".audit_rebuild_tree(chain text, reason text) returns bigint
	language plpgsql
	set search_path = pg_catalog, pg_temp
	set standard_conforming_strings = on
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

revoke all on "${schema}".audit_tree_aside from public;
revoke all on function "${schema}".audit_subtree_root(bytea), "${schema}".audit_tree_root(bytea[]),
	"${schema}".audit_hashes_below(text, integer, bigint, bigint),
	"${schema}".audit_tile_begins(text, integer, bigint, integer), "${schema}".audit_check_tile(),
	"${schema}".audit_check_tree(), "${schema}".audit_check_checkpoint(), "${schema}".audit_rebuild_tree(text, text)
	from public;
