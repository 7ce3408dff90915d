/**
 * Set up as JHipster generates applications: an OAuth2 resource server, caches of both
 * kinds, deferred repositories, a pool without autocommit, Liquibase, a logging aspect.
 */
package org.example.bank;
