-- The least rights that each part needs. Run it after the migrations, and after each later one, as a superuser or as
-- the owner of the schema and its tables who may create roles (CREATEROLE), and schemas in this database; where another
-- has created the roles, he lets it grant them (grant audit_owner to ... with admin option). To run it again changes
-- nothing. ${schema} stands for the name of the schema, which must be one of its own:
--
--   sed 's/[$]{schema}/audit/g' roles.sql | psql --single-transaction --set ON_ERROR_STOP=1 ...
--
-- Then make the application's user a member: grant audit_writer, audit_reader to shop. It must not be a member of
-- audit_owner, nor a superuser; and it sets audit.flyway.enabled=false. Later migrations are run by a user that may
-- become audit_owner, beginning with: set role audit_owner.

do $$
declare
	wanted text;
	found record;
begin
	foreach wanted in array array['audit_owner', 'audit_writer', 'audit_reader', 'audit_redactor', 'audit_retention',
		'audit_receiver', 'audit_centre']
	loop
		if not exists (select from pg_roles where rolname = wanted) then
			execute format('create role %I nologin', wanted);
		end if;
	end loop;

	-- Who creates a role without being a superuser does not get its rights, and can give nothing to it without them. It
	-- takes them, and at the end it gives them back.
	if not pg_has_role(current_user, 'audit_owner', 'usage') then
		execute format('grant audit_owner to %I', current_user);
		perform set_config('audit.became_owner', current_user, false);
	end if;

	-- Everything belongs to a role that nobody can log in as: the owner of a table can disable its triggers.
	execute 'grant usage, create on schema "${schema}" to audit_owner';
	execute 'alter schema "${schema}" owner to audit_owner';
	for found in
		select format('%I.%I', n.nspname, c.relname) as name
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = '${schema}' and starts_with(c.relname, 'audit_') and c.relkind in ('r', 'p')
	loop
		execute format('alter table %s owner to audit_owner', found.name);
	end loop;
	for found in
		select p.oid::regprocedure as name
		from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname = '${schema}' and starts_with(p.proname, 'audit_')
	loop
		execute format('alter function %s owner to audit_owner', found.name);
	end loop;
end
$$;

revoke all on all tables in schema "${schema}" from public, audit_writer, audit_reader, audit_redactor, audit_retention,
	audit_receiver, audit_centre;
revoke all on all functions in schema "${schema}" from public, audit_writer, audit_reader, audit_redactor, audit_retention,
	audit_receiver, audit_centre;
grant usage on schema "${schema}" to audit_writer, audit_reader, audit_redactor, audit_retention, audit_receiver,
	audit_centre;
grant execute on function "${schema}".audit_is_control(text), "${schema}".audit_is_received(text),
	"${schema}".audit_require_read_committed() to public;

-- Writes entries, and reads none. FOR UPDATE, with which a relay takes rows of the outbox, needs the right to update
-- one column; that column means nothing.
grant insert, select (id, recorded_at) on "${schema}".audit_log to audit_writer;
grant select, insert, delete, update (created_at) on "${schema}".audit_outbox to audit_writer;
grant insert on "${schema}".audit_quarantine to audit_writer;
grant execute on function "${schema}".audit_is_quarantined(uuid) to audit_writer;

-- Asks for approvals, uses them, and removes those of which nothing is to be done any more.
grant select, insert, update, delete on "${schema}".audit_approval to audit_writer;

-- Who sees digests of secret identifiers must not try which they are of: the key is for those who write them.
grant select on "${schema}".audit_masking_key to audit_writer;
grant execute on function "${schema}".audit_lock_chain(text), "${schema}".audit_ledger_id(text),
	"${schema}".audit_ensure_partition(date) to audit_writer;

-- Lets a chain go on under the next name, where a receipt says so: no outbox waits for a person.
grant execute on function "${schema}".audit_continue_behind(text, text, text, text, jsonb) to audit_writer;

-- Reads and verifies.
grant select on "${schema}".audit_log, "${schema}".audit_chain to audit_reader, audit_redactor, audit_retention;

-- Erases, and looks whom else the tables beside the ledger mention.
grant select on "${schema}".audit_outbox, "${schema}".audit_quarantine, "${schema}".audit_received_quarantine
	to audit_redactor;
grant execute on function "${schema}".audit_redact(text, jsonb, text, text, jsonb), "${schema}".audit_forget(date)
	to audit_redactor;

-- Retires months, and places and lifts legal holds, which others may see.
grant select on "${schema}".audit_legal_hold to audit_reader, audit_redactor, audit_retention;
grant select, update (due_at, kept) on "${schema}".audit_upkeep to audit_retention;
grant execute on function "${schema}".audit_hold(text, text, text, text, text, jsonb),
	"${schema}".audit_hold_target(text, text[], text, text, jsonb),
	"${schema}".audit_release(text, bigint, text, jsonb), "${schema}".audit_retire(date, boolean, jsonb, jsonb),
	"${schema}".audit_month_is_held(date), "${schema}".audit_is_held("${schema}".audit_log),
	"${schema}".audit_quarantine_is_held(uuid, bigint),
	"${schema}".audit_ensure_partition(date),
	"${schema}".audit_archive(text, bigint, bigint, integer, text, timestamptz, timestamptz, jsonb),
	"${schema}".audit_redact_archived(text, bigint, bigint, integer, text, timestamptz, timestamptz, jsonb, text, text,
	jsonb), "${schema}".audit_ask_redaction(text, jsonb, text, text, jsonb) to audit_retention;
grant select on "${schema}".audit_archived to audit_reader, audit_redactor, audit_retention;

-- Keeps checkpoints, for which it must be a reader, too. When it did is what the database says.
grant insert (chain, size, root, note) on "${schema}".audit_checkpoint to audit_writer;
grant insert (chain, size, line) on "${schema}".audit_cosignature to audit_writer;
grant insert on "${schema}".audit_tile to audit_writer;
grant insert, update on "${schema}".audit_tree to audit_writer;
grant execute on function "${schema}".audit_append_root(interval, jsonb) to audit_writer;
grant select on "${schema}".audit_checkpoint, "${schema}".audit_cosignature, "${schema}".audit_tile,
	"${schema}".audit_tree, "${schema}".audit_root_head
	to audit_reader, audit_redactor, audit_retention;

-- Reads and keeps the statistics, which are no evidence: they only ever count what the log holds.
grant select on "${schema}".audit_activity, "${schema}".audit_activity_position
	to audit_reader, audit_redactor, audit_retention;
grant execute on function "${schema}".audit_oldest_month(), "${schema}".audit_count_activity(integer),
	"${schema}".audit_activity_of(text, bigint, bigint), "${schema}".audit_check_activity() to audit_reader;
grant execute on function "${schema}".audit_recount_activity() to audit_retention;

-- Tells the application of what somebody must see at once, for which it must be a reader, too. Whoever is told takes it
-- from everybody else.
grant execute on function "${schema}".audit_new_alerts(integer), "${schema}".audit_tell_once(text, timestamptz)
	to audit_writer;

-- Appends to the chains of other ledgers what their sources signed, and to no other. It compares with what is there.
grant insert, select on "${schema}".audit_log to audit_receiver;
grant select on "${schema}".audit_chain, "${schema}".audit_tree, "${schema}".audit_tile, "${schema}".audit_checkpoint,
	"${schema}".audit_cosignature, "${schema}".audit_legal_hold to audit_receiver;
grant select on "${schema}".audit_received, "${schema}".audit_received_key, "${schema}".audit_fork
	to audit_receiver, audit_reader;
grant execute on function "${schema}".audit_receive_lock(text), "${schema}".audit_receive_months(text, date[]),
	"${schema}".audit_receive_redactions(text, jsonb), "${schema}".audit_receive_retirement(text, text, bigint),
	"${schema}".audit_receive_note(text, text),
	"${schema}".audit_park(text, bigint, bytea, bytea, text, text, jsonb),
	"${schema}".audit_receive_successor(text, text, uuid, jsonb),
	"${schema}".audit_receive_quarantine(text, jsonb, jsonb) to audit_receiver;
grant select on "${schema}".audit_received_quarantine to audit_receiver, audit_reader, audit_retention;
grant select on "${schema}".audit_archived, "${schema}".audit_root_head to audit_receiver;

grant select on "${schema}".audit_request to audit_receiver, audit_redactor, audit_reader;
grant execute on function "${schema}".audit_source_erases_from(text) to audit_retention;
grant execute on function "${schema}".audit_speaks_for(text, text) to audit_receiver, audit_redactor, audit_retention;
grant execute on function "${schema}".audit_abandoned_requests(),
	"${schema}".audit_end_request(text, bigint, uuid, text) to audit_redactor;

-- At a source: reads the chains for the ledger that receives them, and leaves its receipts, which whoever retires reads,
-- what it asks to be erased, and its legal holds.
grant select on "${schema}".audit_log, "${schema}".audit_chain, "${schema}".audit_checkpoint, "${schema}".audit_receipt,
	"${schema}".audit_request to audit_centre;
grant execute on function "${schema}".audit_take_receipt(text, text, text),
	"${schema}".audit_take_request(text, bigint, uuid, text, text, text), "${schema}".audit_take_holds(text, jsonb),
	"${schema}".audit_publish(text, uuid, bigint) to audit_centre;
-- An application that sends its own chain by Kafka has this role, and finds the tree of the chain.
grant select on "${schema}".audit_tree, "${schema}".audit_tile to audit_centre;
grant select on "${schema}".audit_receipt to audit_reader, audit_retention;

do $$
begin
	if current_setting('audit.became_owner', true) = current_user then
		execute format('revoke audit_owner from %I', current_user);
		perform set_config('audit.became_owner', '', false);
	end if;
end
$$;
