-- What happened to this one, of whatever kind it is?
create index audit_log_target_id on "${schema}".audit_log (target_id, recorded_at) where target_id is not null;
