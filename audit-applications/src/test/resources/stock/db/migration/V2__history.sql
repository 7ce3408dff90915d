create sequence revinfo_seq increment by 50;

create table revinfo (
  rev integer primary key,
  revtstmp bigint
);

create table stock_item_history (
  id bigint not null,
  rev integer not null references revinfo (rev),
  revtype smallint,
  name varchar(40),
  price numeric(12, 2),
  shelf varchar(20),
  primary key (rev, id)
);
