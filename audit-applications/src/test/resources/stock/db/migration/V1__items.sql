create sequence stock_item_seq increment by 10;

create table stock_item (
  id bigint primary key,
  name varchar(40),
  price numeric(12, 2),
  shelf varchar(20)
);
