-- What was done in this session? Services without sessions pay nothing for it.
create index audit_log_session on "${schema}".audit_log (session_id, recorded_at) where session_id is not null;
