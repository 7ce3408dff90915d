-- The history that Envers writes: for each audited table its columns, the revision, and
-- what happened (0 insert, 1 update, 2 delete). Hashes of passwords and keys have no column here.

create sequence revinfo_seq increment by 50;

create table revinfo (
	rev      integer primary key,
	revtstmp bigint
);

create table app_user_aud (
	username text not null,
	rev      integer not null references revinfo,
	revtype  smallint,
	role     text,
	reset_at timestamptz,
	primary key (rev, username)
);

create table project_aud (
	id               bigint not null,
	rev              integer not null references revinfo,
	revtype          smallint,
	name             text,
	deployed_version text,
	primary key (rev, id)
);

create table api_key_aud (
	id         text not null,
	rev        integer not null references revinfo,
	revtype    smallint,
	name       text,
	project_id bigint,
	expires_at timestamptz,
	revoked_at timestamptz,
	primary key (rev, id)
);

create table bank_transaction_aud (
	id        bigint not null,
	rev       integer not null references revinfo,
	revtype   smallint,
	reference text,
	booked_on date,
	amount    numeric(19, 2),
	currency  text,
	status    text,
	invoice   text,
	primary key (rev, id)
);

create table device_aud (
	id      bigint not null,
	rev     integer not null references revinfo,
	revtype smallint,
	name    text,
	host    text,
	port    integer,
	primary key (rev, id)
);
