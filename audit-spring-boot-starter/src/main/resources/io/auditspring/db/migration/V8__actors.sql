-- Further kinds of actors: services that act for themselves, programs that decide by themselves, and callers whom nobody
-- authenticated. Entries of before satisfied the narrower check, so none has to be read again.
alter table "${schema}".audit_log
	drop constraint audit_log_actor_type_check,
	add constraint audit_log_actor_type_check
		check (actor_type in ('user', 'system', 'api_key', 'service', 'agent', 'anonymous')) not valid;
