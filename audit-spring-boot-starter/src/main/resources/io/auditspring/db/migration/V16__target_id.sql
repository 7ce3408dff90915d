-- What happened to this one, of whatever kind it is?
create index audit_log_target_id on "${schema}".audit_log (target_id, recorded_at) where target_id is not null;
-- When did this actor do this? A reader's own entries of one action are few among all that he did.
create index audit_log_actor_action on "${schema}".audit_log (actor_id, action, recorded_at);
