/**
 * A web application with SQL of its own, without JPA.
 */
package org.example.accounts;
