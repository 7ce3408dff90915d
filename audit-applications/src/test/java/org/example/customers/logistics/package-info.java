/**
 * What is in one of the databases.
 */
package org.example.customers.logistics;
