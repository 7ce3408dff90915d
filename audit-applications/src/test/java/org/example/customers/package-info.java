/**
 * Two data sources, each with a persistence unit and transactions of its own, as the
 * Spring Boot reference wires them.
 */
package org.example.customers;
