/**
 * An application that has nothing but JPA and PostgreSQL.
 */
package org.example.plain;
