-- What the ledger says of its own doing it says in words, too.
create or replace function "${schema}".audit_append_own(chain text, action text, target_type text, target_id text, metadata jsonb,
		doer jsonb) returns void
	language plpgsql
	set search_path = pg_catalog, pg_temp
as $$
declare
	entry "${schema}".audit_log;
	actor jsonb := doer -> 'actor';
	said text := doer #>> array['data', 'metadata', 'sentences', action];
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
	-- In the ledger's language where whoever asks says it, on one line.
	entry.message := case
		when said ~ '[^[:space:]]' and length(said) <= 1000 and said !~ '[[:cntrl:]]' then said
		when action = 'audit.redaction' then 'Data of an entry was erased'
		when action = 'audit.retirement' then 'The entries of a month were retired'
		when action = 'audit.hold' then 'A legal hold was placed'
		when action = 'audit.release' then 'A legal hold was released'
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
	insert into "${schema}".audit_log values (entry.*);
end
$$;
