/**
 * A REST back end with Liquibase: services in layers, UUIDs, value objects, problem
 * details.
 */
package org.example.articles;
