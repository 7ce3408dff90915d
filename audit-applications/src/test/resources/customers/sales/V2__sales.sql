create table sales_note (id bigint primary key);
