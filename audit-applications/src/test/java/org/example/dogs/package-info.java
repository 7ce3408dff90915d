/**
 * An application with Spring Data JDBC, whose entities have no annotation of their own.
 */
package org.example.dogs;
