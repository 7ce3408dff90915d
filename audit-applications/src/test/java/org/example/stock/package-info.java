/**
 * Flyway makes the tables, Hibernate only validates them; Envers, a schema of its own and
 * listed entities.
 */
package org.example.stock;
