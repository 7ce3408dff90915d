--liquibase formatted sql

--changeset articles:1
create table articles (
  id uuid primary key,
  version bigint not null,
  title text not null,
  slug text not null unique,
  created_at timestamptz not null
);

--changeset articles:2
create table article_tags (
  article_id uuid not null references articles (id),
  tag text not null
);
