-- The key of the digests that stand for secret identifiers (HMAC with SHA-256), where the application has none of its own
-- in audit.masking.key. Made once, so that all instances and services show the same digests; 244 random bits. Who may
-- read the log must not read it: with it one can try which secret a digest is of.
create table "${schema}".audit_masking_key (
	only_one boolean primary key default true check (only_one),
	value    bytea not null check (octet_length(value) = 32)
);

insert into "${schema}".audit_masking_key (value)
values (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

revoke all on "${schema}".audit_masking_key from public;
